namespace Forewave.Storage.MySql.Tests.Server;

/// <summary>A clock that the test moves on, and may stop; it goes by itself until then. Timers are real.</summary>
internal sealed class SteppedClock : TimeProvider
{
    private readonly long _begin = System.GetTimestamp();
    private long _movedTicks;
    private long _stoppedAt;

    public override long TimestampFrequency => TimeSpan.TicksPerSecond;

    public override DateTimeOffset GetUtcNow() => new DateTimeOffset(2026, 11, 21, 12, 0, 0, TimeSpan.Zero).AddTicks(GetTimestamp());

    public override long GetTimestamp()
    {
        long stopped = Volatile.Read(ref _stoppedAt);
        return Volatile.Read(ref _movedTicks) + (stopped > 0 ? stopped : Elapsed);
    }

    /// <summary>From now on only the test moves it.</summary>
    public void Stop() => Volatile.Write(ref _stoppedAt, Math.Max(1, Elapsed));

    public void Move(TimeSpan span) => Interlocked.Add(ref _movedTicks, span.Ticks);

    private long Elapsed => System.GetElapsedTime(_begin).Ticks;
}
