namespace Forewave.Client.Consuming;

/// <summary>
/// Those who wait for a message, oldest first. Guarded by the consumer's lock; whoever waits goes on on the thread pool.
/// </summary>
internal sealed class Waiters
{
    private readonly Queue<TaskCompletionSource> _waiting = new();

    /// <summary>Completes at the next wake that reaches it.</summary>
    public Task Add()
    {
        TaskCompletionSource waiter = new(TaskCreationOptions.RunContinuationsAsynchronously);
        _waiting.Enqueue(waiter);
        return waiter.Task;
    }

    /// <summary>Wakes as many as there is something for.</summary>
    public void Wake(int messages)
    {
        for (; messages > 0 && _waiting.TryDequeue(out TaskCompletionSource? waiter); messages--)
        {
            waiter.TrySetResult();
        }
    }

    /// <summary>Wakes everybody.</summary>
    public void WakeAll() => Wake(int.MaxValue);
}
