using System.Diagnostics;

namespace Forewave.Bench.Probes.Measurement;

/// <summary>A point on the monotonic clock; on Linux its ticks are nanoseconds of CLOCK_MONOTONIC.</summary>
internal readonly record struct Moment(long Ticks) : IComparable<Moment>
{
    public static Moment Now => new(Stopwatch.GetTimestamp());

    public TimeSpan Elapsed => Stopwatch.GetElapsedTime(Ticks);

    public static TimeSpan operator -(Moment later, Moment earlier) => Stopwatch.GetElapsedTime(earlier.Ticks, later.Ticks);

    public static Moment operator +(Moment start, TimeSpan time) => new(start.Ticks + (long)(time.TotalSeconds * Stopwatch.Frequency));

    public int CompareTo(Moment other) => Ticks.CompareTo(other.Ticks);
}
