using System.Collections.Concurrent;
using Forewave.Broker.Delivery;
using Forewave.Broker.Queues;

namespace Forewave.Broker.Quotas;

/// <summary>
/// Has queues counted that have a bound of their length and are published to: twenty times a second, each by its delivery loop. Where thousands are
/// published to at once, each less often: then one that was consumed is taken for full for longer, and none becomes longer by it, since what is taken is
/// added. Sleeps while nothing is published to such a queue. Any thread.
/// </summary>
internal sealed class QueueLengths(Func<uint, DeliveryLoop> loopOf, TimeProvider time) : IDisposable
{
    private static readonly TimeSpan Period = TimeSpan.FromMilliseconds(50);
    // 10,000 a second: delivery loops have messages to hand out.
    private const int MostAtOnce = 500;
    // Asleep, the loop says so often that it goes on.
    private static readonly TimeSpan LongestSleep = TimeSpan.FromMinutes(1);
    private readonly ConcurrentQueue<QueueEntry> _wanted = new();
    private readonly SemaphoreSlim _wake = new(0, 1);
    private int _isAwake;

    /// <summary>A queue is published to.</summary>
    public void Want(QueueEntry queue)
    {
        if (!queue.Length.TryWant())
            return;
        _wanted.Enqueue(queue);
        Ring();
    }

    /// <summary>Counts until it is cancelled.</summary>
    public async Task RunAsync(LoopPulse pulse, CancellationToken cancellation)
    {
        while (true)
        {
            bool isRung = await _wake.WaitAsync(LongestSleep, cancellation);
            pulse.Beat();
            if (!isRung)
                continue;
            await Task.Delay(Period, time, cancellation);
            Volatile.Write(ref _isAwake, 0);
            for (int left = Math.Min(_wanted.Count, MostAtOnce); left > 0 && _wanted.TryDequeue(out var queue); left--)
                loopOf(queue.Id).Post(new CountLengthCommand(queue));
            if (!_wanted.IsEmpty)
                Ring();
        }
    }

    /// <inheritdoc/>
    public void Dispose() => _wake.Dispose();

    private void Ring()
    {
        if (Interlocked.Exchange(ref _isAwake, 1) == 0)
            _wake.Release();
    }
}
