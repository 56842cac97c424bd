using Forewave.Bench.Peers.Workloads;

namespace Forewave.Bench.Peers.Peers;

/// <summary>A started broker. Disposing it ends its processes.</summary>
internal interface IBroker : IAsyncDisposable
{
    /// <summary>The roots of its process trees.</summary>
    IReadOnlyList<int> ProcessIds { get; }

    /// <summary>Runs one workload on a queue of its own.</summary>
    Task<Outcome> RunAsync(Workload workload, string queue, CancellationToken cancellation);
}
