using Forewave.Protocol;

namespace Forewave.Storage.Commits;

/// <summary>A commit as a task.</summary>
internal sealed class CommitTask : ICommitOwner
{
    private readonly TaskCompletionSource _done = new(TaskCreationOptions.RunContinuationsAsynchronously);

    public Task Task => _done.Task;

    public void Committed(LogPosition first, long token) => _done.TrySetResult();

    public void Lost(StoreException failure, long token) => _done.TrySetException(failure);
}
