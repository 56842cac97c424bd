namespace Forewave.Client.Tests.Fakes;

/// <summary>A clock that moves only when the test moves it; timers ring on the mover's thread.</summary>
internal sealed class MovedTime : TimeProvider
{
    private readonly Lock _gate = new();
    private readonly List<MovedTimer> _timers = [];
    private TaskCompletionSource? _nextTimer;
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
        timer.Change(dueTime, period);
        lock (_gate)
        {
            _timers.Add(timer);
            _nextTimer?.SetResult();
            _nextTimer = null;
        }
        return timer;
    }

    /// <summary>Moves on in steps, so that each period rings in its turn.</summary>
    public void Move(TimeSpan span)
    {
        var end = GetUtcNow() + span;
        while (true)
        {
            MovedTimer? next;
            lock (_gate)
            {
                next = _timers.Where(timer => timer.Due <= end).MinBy(timer => timer.Due);
                _now = next is null ? end : next.Due > _now ? next.Due : _now;
            }
            if (next is null)
                return;
            next.Ring();
        }
    }

    /// <summary>Completes when somebody begins to wait on this clock.</summary>
    public Task NextTimerAsync()
    {
        lock (_gate)
            return (_nextTimer ??= new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously)).Task;
    }

    internal void Remove(MovedTimer timer)
    {
        lock (_gate)
            _timers.Remove(timer);
    }
}
