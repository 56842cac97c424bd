namespace Forewave.Broker.Tests.Fakes;

internal sealed class MovedTimer(MovedTime time, Action ring) : ITimer
{
    /// <summary>When it rings next, and how long after that again. Guarded by the clock's lock.</summary>
    public (DateTimeOffset Due, TimeSpan Period) Plan { get; set; } = (DateTimeOffset.MaxValue, Timeout.InfiniteTimeSpan);

    public bool Change(TimeSpan dueTime, TimeSpan period)
    {
        time.Change(this, dueTime, period);
        return true;
    }

    public void Ring() => ring();

    public void Dispose() => time.Remove(this);

    public ValueTask DisposeAsync()
    {
        Dispose();
        return ValueTask.CompletedTask;
    }
}
