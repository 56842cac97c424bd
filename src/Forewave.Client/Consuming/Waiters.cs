using Forewave.Protocol.Threads;

namespace Forewave.Client.Consuming;

/// <summary>
/// Those who wait for a message, oldest first. Guarded by the consumer's lock; whoever waits goes on on a ready thread.
/// </summary>
internal sealed class Waiters
{
    private readonly LinkedList<MessageWaiter> _waiting = new();

    /// <summary>Its task completes at the next wake that reaches it. Who gives up before says so by <see cref="TryRemove"/>.</summary>
    public MessageWaiter Add()
    {
        MessageWaiter waiter = new();
        _waiting.AddLast(waiter.Place);
        return waiter;
    }

    /// <summary>It waits no more; false: a wake has reached it.</summary>
    public bool TryRemove(MessageWaiter waiter)
    {
        if (waiter.Place.List is null)
        {
            return false;
        }

        _waiting.Remove(waiter.Place);
        return true;
    }

    /// <summary>Wakes as many as there is something for.</summary>
    public void Wake(int messages)
    {
        for (; messages > 0 && _waiting.First is { } first; messages--)
        {
            _waiting.Remove(first);
            ReadyThreads.Shared.Queue(first.Value);
        }
    }

    /// <summary>Wakes everybody.</summary>
    public void WakeAll() => Wake(int.MaxValue);
}
