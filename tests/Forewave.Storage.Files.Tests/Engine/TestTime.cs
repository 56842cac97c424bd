namespace Forewave.Storage.Files.Tests.Engine;

/// <summary>A clock that the test moves; timers ring on the mover's thread. Wall time may jump, the other only goes on.</summary>
internal sealed class TestTime : TimeProvider
{
    private readonly List<TestTimer> _timers = [];
    private TimeSpan _passed;

    public DateTimeOffset Now { get; set; } = new(2026, 1, 1, 0, 0, 0, TimeSpan.Zero);

    public override long TimestampFrequency => TimeSpan.TicksPerSecond;

    public override DateTimeOffset GetUtcNow() => Now;

    public override long GetTimestamp() => _passed.Ticks;

    public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period)
    {
        TestTimer timer = new(this, () => callback(state));
        timer.Change(dueTime, period);
        _timers.Add(timer);
        return timer;
    }

    /// <summary>Moves on, and rings what is due then.</summary>
    public void Move(TimeSpan span)
    {
        Now += span;
        _passed += span;
        foreach (TestTimer timer in _timers.FindAll(timer => timer.Due <= _passed))
        {
            timer.Ring();
        }
    }

    private sealed class TestTimer(TestTime time, Action ring) : ITimer
    {
        public TimeSpan Due { get; private set; } = TimeSpan.MaxValue;

        public bool Change(TimeSpan dueTime, TimeSpan period)
        {
            Due = dueTime == Timeout.InfiniteTimeSpan ? TimeSpan.MaxValue : time._passed + dueTime;
            return true;
        }

        public void Ring()
        {
            Due = TimeSpan.MaxValue;
            ring();
        }

        public void Dispose() => time._timers.Remove(this);

        public ValueTask DisposeAsync()
        {
            Dispose();
            return ValueTask.CompletedTask;
        }
    }
}
