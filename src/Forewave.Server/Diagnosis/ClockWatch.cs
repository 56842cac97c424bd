namespace Forewave.Server.Diagnosis;

/// <summary>Compares the wall clock with the monotonic one from one moment to another. Immutable.</summary>
internal sealed record ClockWatch
{
    private readonly DateTimeOffset _wall;
    private readonly long _monotonic;

    private ClockWatch(DateTimeOffset wall, long monotonic)
    {
        _wall = wall;
        _monotonic = monotonic;
    }

    /// <summary>Begins now.</summary>
    public static ClockWatch Begin(TimeProvider time) => new(time.GetUtcNow(), time.GetTimestamp());

    /// <summary>By how much the wall clock has been stepped since; below zero: back.</summary>
    public TimeSpan End(TimeProvider time) => time.GetUtcNow() - _wall - time.GetElapsedTime(_monotonic);
}
