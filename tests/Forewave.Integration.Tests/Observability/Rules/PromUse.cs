namespace Forewave.Integration.Tests.Observability.Rules;

/// <summary>A metric that an expression reads.</summary>
/// <param name="Metric">Its name.</param>
internal sealed record PromUse(string Metric)
{
    /// <summary>The labels that its selector names.</summary>
    public required IReadOnlyList<string> Labels { get; init; }

    /// <summary>It is read over a time: the function that does; null: as it is at one moment.</summary>
    public string? Over { get; init; }
}
