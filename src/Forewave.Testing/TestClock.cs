namespace Forewave.Testing;

/// <summary>
/// The time of a <see cref="TestBroker"/>: it stands still until <see cref="Advance"/> moves it. Thread-safe. Timers run on the
/// thread that advances, in the order of their times; what they start goes on by itself, so await what you expect of it.
/// </summary>
public sealed class TestClock : TimeProvider
{
    private readonly Lock _gate = new();
    private readonly List<TestTimer> _timers = [];
    private TaskCompletionSource? _nextTimer;
    private DateTimeOffset _now = new(2026, 1, 1, 0, 0, 0, TimeSpan.Zero);

    /// <inheritdoc/>
    public override long TimestampFrequency => TimeSpan.TicksPerSecond;

    /// <inheritdoc/>
    public override DateTimeOffset GetUtcNow()
    {
        lock (_gate)
            return _now;
    }

    /// <inheritdoc/>
    public override long GetTimestamp() => GetUtcNow().UtcTicks;

    /// <summary>Moves the time on, and runs each timer at its own time on the way.</summary>
    /// <param name="duration">From zero.</param>
    public void Advance(TimeSpan duration)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(duration, TimeSpan.Zero);
        DateTimeOffset end;
        lock (_gate)
            end = _now + duration;
        while (TakeNext(end) is { } timer)
            timer.Run();
    }

    /// <inheritdoc/>
    public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period)
    {
        ArgumentNullException.ThrowIfNull(callback);
        TestTimer timer = new(this, callback, state);
        timer.Change(dueTime, period);
        lock (_gate)
        {
            _nextTimer?.SetResult();
            _nextTimer = null;
        }
        return timer;
    }

    /// <summary>
    /// Completes when somebody begins to wait on this clock, for a test that would else advance it too early. Ask for it before
    /// you start what is to wait.
    /// </summary>
    public Task NextTimerAsync()
    {
        lock (_gate)
            return (_nextTimer ??= new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously)).Task;
    }

    /// <summary>Plans a timer's next run; null: none.</summary>
    internal void Plan(TestTimer timer, TimeSpan? dueIn)
    {
        lock (_gate)
        {
            _timers.Remove(timer);
            timer.Due = _now + (dueIn ?? TimeSpan.Zero);
            if (dueIn is not null)
                _timers.Add(timer);
        }
    }

    private TestTimer? TakeNext(DateTimeOffset end)
    {
        lock (_gate)
        {
            var next = _timers.MinBy(timer => timer.Due);
            if (next is null || next.Due > end)
            {
                _now = end > _now ? end : _now;
                return null;
            }
            _now = next.Due > _now ? next.Due : _now;
            _timers.Remove(next);
            return next;
        }
    }
}
