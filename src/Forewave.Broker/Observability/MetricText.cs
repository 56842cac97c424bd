namespace Forewave.Broker.Observability;

/// <summary>What an instrument is called.</summary>
internal readonly record struct MetricText
{
    /// <summary>Its name, with dots.</summary>
    public required string Name { get; init; }

    /// <summary>Its UCUM unit.</summary>
    public required string Unit { get; init; }

    /// <summary>What it counts.</summary>
    public required string Description { get; init; }
}
