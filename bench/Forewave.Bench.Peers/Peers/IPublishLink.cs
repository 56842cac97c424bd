using Forewave.Bench.Peers.Workloads;

namespace Forewave.Bench.Peers.Peers;

/// <summary>One producer's connection. Receipts go to the window that it was opened with; so does the error that ends it.</summary>
internal interface IPublishLink : IAsyncDisposable
{
    /// <summary>Ends when the run was handed to the socket. One call at a time.</summary>
    ValueTask PublishAsync(MessageRun run, CancellationToken cancellation);
}
