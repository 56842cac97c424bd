using Forewave.Protocol.Threads;

namespace Forewave.Client.Consuming;

/// <summary>
/// Those who wait for a message, oldest first. Guarded by the consumer's lock; whoever waits goes on on a ready thread.
/// </summary>
internal sealed class Waiters
{
    private readonly Queue<MessageWaiter> _waiting = new();

    /// <summary>Completes at the next wake that reaches it.</summary>
    public Task Add()
    {
        MessageWaiter waiter = new();
        _waiting.Enqueue(waiter);
        return waiter.Task;
    }

    /// <summary>Wakes as many as there is something for.</summary>
    public void Wake(int messages)
    {
        for (; messages > 0 && _waiting.TryDequeue(out MessageWaiter? waiter); messages--)
        {
            ReadyThreads.Shared.Queue(waiter);
        }
    }

    /// <summary>Wakes everybody.</summary>
    public void WakeAll() => Wake(int.MaxValue);
}
