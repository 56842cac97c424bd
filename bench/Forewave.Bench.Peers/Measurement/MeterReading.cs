namespace Forewave.Bench.Peers.Measurement;

internal readonly record struct MeterReading
{
    public required TimeSpan Elapsed { get; init; }

    public required TimeSpan BrokerCpu { get; init; }

    public required TimeSpan ClientCpu { get; init; }

    /// <summary>The highest sample within the stretch, all processes of the broker together.</summary>
    public required long BrokerPeakResidentBytes { get; init; }
}
