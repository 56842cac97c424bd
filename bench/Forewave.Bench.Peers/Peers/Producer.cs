using Forewave.Bench.Peers.Measurement;
using Forewave.Bench.Peers.Workloads;

namespace Forewave.Bench.Peers.Peers;

/// <summary>One producer of a run.</summary>
internal sealed class Producer
{
    /// <summary>0 for the first.</summary>
    public required int Number { get; init; }

    public required int Messages { get; init; }

    public required ReceiptWindow Window { get; init; }

    /// <summary>Filled by the window.</summary>
    public required LatencyHistogram Latency { get; init; }

    public required IPublishLink Link { get; init; }
}
