namespace Forewave.Storage.Commits;

/// <summary>Appenders that wait for room. Guarded by the gather lock; their continuations run on the thread pool.</summary>
internal sealed class RoomWaiters
{
    private TaskCompletionSource? _next;

    /// <summary>Completes with the next <see cref="CompleteAll"/>.</summary>
    public Task WaitAsync(CancellationToken cancellation)
    {
        _next ??= new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        return _next.Task.WaitAsync(cancellation);
    }

    public void CompleteAll()
    {
        _next?.TrySetResult();
        _next = null;
    }
}
