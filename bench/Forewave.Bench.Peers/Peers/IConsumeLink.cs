using Forewave.Bench.Peers.Workloads;

namespace Forewave.Bench.Peers.Peers;

/// <summary>The one consumer of a workload.</summary>
internal interface IConsumeLink : IAsyncDisposable
{
    /// <summary>Receives and acknowledges until the check has seen every message, and the broker has answered the acks or, where the
    /// protocol has no answer to an ack, a request that was sent after them.</summary>
    Task RunAsync(DeliveryCheck check, CancellationToken cancellation);
}
