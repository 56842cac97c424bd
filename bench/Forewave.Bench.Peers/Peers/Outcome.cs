using Forewave.Bench.Peers.Measurement;

namespace Forewave.Bench.Peers.Peers;

/// <summary>What one run of one workload came to.</summary>
internal sealed record Outcome
{
    public required int Messages { get; init; }

    public required double Seconds { get; init; }

    public double MessagesPerSecond => Messages / Seconds;

    /// <summary>Publish: call to receipt. Both and paced: intended send to received. Null where a backlog is drained.</summary>
    public Latency? LatencyMs { get; init; }

    public required double BrokerCpuSeconds { get; init; }

    public required double ClientCpuSeconds { get; init; }

    public required double BrokerPeakRssMegabytes { get; init; }

    public required long Lost { get; init; }

    public required long Duplicates { get; init; }

    public long OutOfOrder { get; init; }

    public long Damaged { get; init; }

    /// <summary>Messages that the broker still counts as not settled after a drain; null where it cannot be asked.</summary>
    public long? Unsettled { get; init; }

    public bool IsWhole => Lost == 0 && Duplicates == 0 && Damaged == 0 && Unsettled is null or 0;

    public static Outcome Of(MeterReading reading, int messages) => new()
    {
        Messages = messages,
        Seconds = reading.Elapsed.TotalSeconds,
        BrokerCpuSeconds = reading.BrokerCpu.TotalSeconds,
        ClientCpuSeconds = reading.ClientCpu.TotalSeconds,
        BrokerPeakRssMegabytes = reading.BrokerPeakResidentBytes / 1e6,
        Lost = 0,
        Duplicates = 0,
    };
}
