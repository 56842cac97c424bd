namespace Forewave.Broker.Delivery.Timing;

/// <summary>
/// All deadlines of one loop on the monotonic clock, behind one timer: lease ends, waiting redeliveries, ends of long polls.
/// For the loop alone, but for the timer's call, which only wakes the loop. A deadline that was overtaken (the lease was
/// settled) stays until it is met or until such are more than half: then the heap is built again from the rest.
/// </summary>
internal sealed class Deadlines : IDisposable
{
    private const int SmallestSweep = 4_096;

    private readonly TimeProvider _time;
    private readonly ITimer _timer;
    private readonly PriorityQueue<(IDue Owner, DueToken Token), long> _heap = new();
    private int _sweepAt = SmallestSweep;
    private long _armedFor = long.MaxValue;
    private volatile bool _rang;
    private readonly Action _wake;

    /// <summary>Makes it with a timer that calls <paramref name="wake"/>.</summary>
    public Deadlines(TimeProvider time, Action wake)
    {
        _time = time;
        _wake = wake;
        _timer = time.CreateTimer(static state => ((Deadlines)state!).Ring(), this, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
    }

    /// <summary>The monotonic clock's reading that is so far from now.</summary>
    public long In(TimeSpan span) =>
        _time.GetTimestamp() + (long)(Math.Max(span.TotalSeconds, 0) * _time.TimestampFrequency);

    /// <summary>Adds a deadline.</summary>
    public void Add(IDue owner, DueToken token, long at)
    {
        if (_heap.Count >= _sweepAt)
            Sweep();
        _heap.Enqueue((owner, token), at);
    }

    /// <summary>Meets all deadlines that have passed, then sets the timer for the next one.</summary>
    public void Meet(DeliveryLoop loop)
    {
        long now = _time.GetTimestamp();
        while (_heap.TryPeek(out var next, out long at))
        {
            bool pending = next.Owner.IsPending(next.Token);
            if (pending && at > now)
                break;
            _heap.Dequeue();
            if (pending)
                next.Owner.Due(next.Token, loop);
        }
        Arm(now);
    }

    /// <inheritdoc/>
    public void Dispose() => _timer.Dispose();

    private void Arm(long now)
    {
        if (!_heap.TryPeek(out _, out long at))
            at = long.MaxValue;
        if (at == _armedFor && !_rang)
            return;
        _rang = false;
        _armedFor = at;
        TimeSpan due = at == long.MaxValue ? Timeout.InfiniteTimeSpan : Rounded(_time.GetElapsedTime(now, at));
        _timer.Change(due, Timeout.InfiniteTimeSpan);
    }

    /// <summary>Up to whole milliseconds, which is what timers can do: one that rings early would ring twice.</summary>
    private static TimeSpan Rounded(TimeSpan span) => TimeSpan.FromMilliseconds(Math.Ceiling(Math.Max(span.TotalMilliseconds, 0)));

    private void Ring()
    {
        _rang = true;
        _wake();
    }

    private void Sweep()
    {
        var live = _heap.UnorderedItems.Where(item => item.Element.Owner.IsPending(item.Element.Token)).ToArray();
        _heap.Clear();
        _heap.EnqueueRange(live);
        _sweepAt = Math.Max(SmallestSweep, 2 * live.Length);
    }
}
