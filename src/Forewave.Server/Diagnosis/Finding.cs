namespace Forewave.Server.Diagnosis;

/// <summary>What a check found. Immutable.</summary>
/// <param name="Check">Which check, as docs/operations/doctor.md names it.</param>
/// <param name="Level">How bad it is.</param>
internal sealed record Finding(string Check, FindingLevel Level)
{
    /// <summary>What is so.</summary>
    public required string Text { get; init; }

    /// <summary>What to do; null where nothing is to be done.</summary>
    public string? Advice { get; init; }

    /// <summary>The numbers and names behind it, for programs; the unit is in the name.</summary>
    public IReadOnlyDictionary<string, object> Values { get; init; } = new Dictionary<string, object>();
}
