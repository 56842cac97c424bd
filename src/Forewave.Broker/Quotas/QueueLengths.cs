using System.Collections.Concurrent;
using Forewave.Broker.Delivery;
using Forewave.Broker.Queues;

namespace Forewave.Broker.Quotas;

/// <summary>Has queues counted that have a bound of their length and are published to: twenty times a second, each by its delivery loop. Any thread.</summary>
internal sealed class QueueLengths(Func<uint, DeliveryLoop> loopOf, TimeProvider time)
{
    private static readonly TimeSpan Period = TimeSpan.FromMilliseconds(50);
    private readonly ConcurrentQueue<QueueEntry> _wanted = new();

    /// <summary>A queue is published to.</summary>
    public void Want(QueueEntry queue)
    {
        if (queue.Length.TryWant())
            _wanted.Enqueue(queue);
    }

    /// <summary>Counts until it is cancelled.</summary>
    public async Task RunAsync(LoopPulse pulse, CancellationToken cancellation)
    {
        using var timer = new PeriodicTimer(Period, time);
        while (await timer.WaitForNextTickAsync(cancellation))
        {
            pulse.Beat();
            for (int left = _wanted.Count; left > 0 && _wanted.TryDequeue(out var queue); left--)
                loopOf(queue.Id).Post(new CountLengthCommand(queue));
        }
    }
}
