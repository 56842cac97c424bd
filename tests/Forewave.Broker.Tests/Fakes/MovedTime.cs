namespace Forewave.Broker.Tests.Fakes;

/// <summary>
/// A clock that moves only when the test moves it; timers ring on the mover's thread. One that is set to ring at once does, though
/// the clock stands still: whoever sets it may have found out just now that its time has come.
/// </summary>
/// <param name="later">Runs something soon, never within the call; the thread pool unless told otherwise.</param>
internal sealed class MovedTime(Action<Action>? later = null) : TimeProvider
{
    private readonly Action<Action> _later = later ?? (static ring => ThreadPool.UnsafeQueueUserWorkItem(static ring => ring(), ring, preferLocal: false));
    private readonly Lock _gate = new();
    private readonly List<MovedTimer> _timers = [];
    private DateTimeOffset _now = new(2026, 1, 2, 3, 4, 5, TimeSpan.Zero);

    public override long TimestampFrequency => TimeSpan.TicksPerSecond;

    public override DateTimeOffset GetUtcNow()
    {
        lock (_gate)
            return _now;
    }

    public override long GetTimestamp() => GetUtcNow().Ticks;

    public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period)
    {
        var timer = new MovedTimer(this, () => callback(state));
        lock (_gate)
            _timers.Add(timer);
        timer.Change(dueTime, period);
        return timer;
    }

    /// <summary>Moves on in steps, so that each period rings in its turn.</summary>
    public void Move(TimeSpan span)
    {
        var end = GetUtcNow() + span;
        while (true)
        {
            if (TakeNext(end) is not { } next)
                return;
            next.Ring();
        }
    }

    /// <summary>
    /// Until a task has completed, moves on by a step whenever a timer is planned to ring exactly then. The clock stands still
    /// before: what is to be planned must not find that its time has passed, nor what lies beyond (peers that are dead of silence)
    /// come to pass, because the machine is slow.
    /// </summary>
    public async Task MoveUntilAsync(Task done, TimeSpan step)
    {
        while (!done.IsCompleted)
        {
            if (IsPlanned(step))
                Move(step);
            await Task.Yield();
        }
        await done;
    }

    /// <summary>Whether a timer is planned to ring exactly so far from now.</summary>
    public bool IsPlanned(TimeSpan fromNow)
    {
        lock (_gate)
            return _timers.Exists(timer => timer.Plan.Due == _now + fromNow);
    }

    internal void Change(MovedTimer timer, TimeSpan dueTime, TimeSpan period)
    {
        lock (_gate)
            timer.Plan = (dueTime == Timeout.InfiniteTimeSpan ? DateTimeOffset.MaxValue : _now + dueTime, period);
        if (dueTime == TimeSpan.Zero)
            _later(() => Move(TimeSpan.Zero));
    }

    internal void Remove(MovedTimer timer)
    {
        lock (_gate)
            _timers.Remove(timer);
    }

    // The next timer that is due, planned anew before it rings: what it is changed to meanwhile must not be overwritten.
    private MovedTimer? TakeNext(DateTimeOffset end)
    {
        lock (_gate)
        {
            var next = _timers.Where(timer => timer.Plan.Due <= end).MinBy(timer => timer.Plan.Due);
            if (next is null)
            {
                _now = end > _now ? end : _now;
                return null;
            }
            var (due, period) = next.Plan;
            _now = due > _now ? due : _now;
            bool isOnce = period == Timeout.InfiniteTimeSpan || period == TimeSpan.Zero;
            next.Plan = (isOnce ? DateTimeOffset.MaxValue : due + period, period);
            return next;
        }
    }
}
