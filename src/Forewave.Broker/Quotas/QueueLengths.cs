using System.Collections.Concurrent;
using Forewave.Broker.Delivery;
using Forewave.Broker.Queues;

namespace Forewave.Broker.Quotas;

/// <summary>
/// Has queues counted that have a bound of their length and are published to: twenty times a second, each by its delivery loop. Where thousands are
/// published to at once, each less often: then one that was consumed is taken for full for longer, and none becomes longer by it, since what is taken is
/// added. Any thread.
/// </summary>
internal sealed class QueueLengths(Func<uint, DeliveryLoop> loopOf, TimeProvider time)
{
    private static readonly TimeSpan Period = TimeSpan.FromMilliseconds(50);
    // 10,000 a second: delivery loops have messages to hand out.
    private const int MostAtOnce = 500;
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
            for (int left = Math.Min(_wanted.Count, MostAtOnce); left > 0 && _wanted.TryDequeue(out var queue); left--)
                loopOf(queue.Id).Post(new CountLengthCommand(queue));
        }
    }
}
