namespace Forewave.Testing;

/// <summary>A timer of a <see cref="TestClock"/>.</summary>
internal sealed class TestTimer(TestClock clock, TimerCallback callback, object? state) : ITimer
{
    // Zero would run it for ever at one instant; the system's timers count in milliseconds too.
    private static readonly TimeSpan ShortestPeriod = TimeSpan.FromMilliseconds(1);

    private TimeSpan _period = Timeout.InfiniteTimeSpan;

    /// <summary>When it runs next. Written by the clock, under its lock.</summary>
    public DateTimeOffset Due { get; set; }

    /// <inheritdoc/>
    public bool Change(TimeSpan dueTime, TimeSpan period)
    {
        _period = period;
        clock.Plan(this, dueTime == Timeout.InfiniteTimeSpan ? null : dueTime);
        if (dueTime == TimeSpan.Zero)
            ThreadPool.UnsafeQueueUserWorkItem(static clock => clock.Advance(TimeSpan.Zero), clock, preferLocal: false);
        return true;
    }

    /// <summary>Runs it, and plans the run after this.</summary>
    public void Run()
    {
        if (_period > TimeSpan.Zero)
            clock.Plan(this, _period < ShortestPeriod ? ShortestPeriod : _period);
        callback(state);
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _period = Timeout.InfiniteTimeSpan;
        clock.Plan(this, null);
    }

    /// <inheritdoc/>
    public ValueTask DisposeAsync()
    {
        Dispose();
        return default;
    }
}
