namespace Forewave.Integration.Tests.Observability.Exposition;

/// <summary>A family of values, as its metadata and its samples have it.</summary>
/// <param name="Name">As its TYPE has it.</param>
internal sealed record ExpositionFamily(string Name)
{
    /// <summary>Counter, gauge, histogram; null before its TYPE was read.</summary>
    public string? Type { get; set; }

    /// <summary>Its help; null: none.</summary>
    public string? Help { get; set; }

    /// <summary>Its unit; null: none.</summary>
    public string? Unit { get; set; }

    /// <summary>In their order.</summary>
    public List<ExpositionSample> Samples { get; } = [];
}
