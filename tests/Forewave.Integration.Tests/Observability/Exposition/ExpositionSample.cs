namespace Forewave.Integration.Tests.Observability.Exposition;

/// <summary>One value of a family.</summary>
/// <param name="Name">As it stands there.</param>
/// <param name="Labels">In their order.</param>
/// <param name="Value">The value.</param>
internal sealed record ExpositionSample(string Name, IReadOnlyList<KeyValuePair<string, string>> Labels, double Value)
{
    /// <summary>The value of a label; null: it has none of that name.</summary>
    public string? this[string label] => Labels.Where(one => one.Key == label).Select(one => one.Value).FirstOrDefault();

    /// <summary>What tells it from all others: its name and its labels, in any order.</summary>
    public string Series => Name + string.Concat(Labels.OrderBy(one => one.Key, StringComparer.Ordinal).Select(one => $"\u0001{one.Key}\u0002{one.Value}"));

    /// <summary>Its labels without one, as what a distribution's buckets have in common.</summary>
    public string Without(string label) =>
        string.Concat(Labels.Where(one => one.Key != label).OrderBy(one => one.Key, StringComparer.Ordinal).Select(one => $"\u0001{one.Key}\u0002{one.Value}"));
}
