using Forewave.Bench.Probes.Interop;
using Forewave.Bench.Probes.Measurement;

namespace Forewave.Bench.Probes.Pacing;

/// <summary>
/// Sleeps of the calling thread to within some microseconds: a timer of the thread pool is a millisecond wide. The core
/// is free meanwhile, unlike with a spin.
/// </summary>
internal static class PreciseSleep
{
    private const long NanosecondsPerSecond = 1_000_000_000;

    /// <summary>Linux lets a sleep end up to 50 µs late to save power; this thread asks for 1 ns.</summary>
    public static void SharpenThisThread() => _ = LibC.ControlThread(LibC.SetTimerSlack, 1, 0, 0, 0);

    /// <summary>Returns at once when the moment is past.</summary>
    public static void Until(Moment moment)
    {
        var until = new ClockTime { Seconds = moment.Ticks / NanosecondsPerSecond, Nanoseconds = moment.Ticks % NanosecondsPerSecond };
        while (Moment.Now.CompareTo(moment) < 0)
        {
            _ = LibC.SleepUntil(LibC.ClockMonotonic, LibC.AbsoluteTime, in until, 0); // Cut short by a signal: once more.
        }
    }
}
