using Forewave.Protocol;
using Forewave.Storage;

namespace Forewave.Broker.Tests.Delivery;

/// <summary>Waits for a commit.</summary>
internal sealed class CommitWait(IStore store) : ICommitOwner
{
    private readonly TaskCompletionSource _committed = new(TaskCreationOptions.RunContinuationsAsynchronously);

    public Task CommittedAsync(LogPosition position)
    {
        if (!store.TryAwaitCommit(position, this, 0))
            _committed.TrySetResult();
        return _committed.Task;
    }

    public void Committed(LogPosition first, long token) => _committed.TrySetResult();

    public void Lost(StoreException failure, long token) => _committed.TrySetException(failure);
}
