using Forewave.Protocol;
using Forewave.Storage;

namespace Forewave.Broker;

/// <summary>Waits for one commit; for those who are not on the hot path. Whoever awaits it runs on the thread pool.</summary>
internal sealed class CommitWaiter : ICommitOwner
{
    private readonly TaskCompletionSource _done = new(TaskCreationOptions.RunContinuationsAsynchronously);

    /// <summary>Completes with the commit, or fails with the store.</summary>
    public Task Task => _done.Task;

    /// <inheritdoc/>
    public void Committed(LogPosition first, long token) => _done.TrySetResult();

    /// <inheritdoc/>
    public void Lost(StoreException failure, long token) => _done.TrySetException(failure);
}
