namespace Forewave.Bench.Peers.Measurement;

/// <summary>Percentiles in milliseconds.</summary>
internal readonly record struct Latency
{
    public required double P50 { get; init; }

    public required double P99 { get; init; }

    public required double P999 { get; init; }

    public required double Max { get; init; }
}
