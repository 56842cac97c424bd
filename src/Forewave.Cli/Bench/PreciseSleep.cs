using System.Diagnostics;
using Forewave.Cli.Interop;

namespace Forewave.Cli.Bench;

/// <summary>
/// Sleeps until an instant of <see cref="Stopwatch"/> within a few microseconds, without spinning. For threads that an owner
/// started for itself: it blocks. <see cref="Prepare"/> once on the thread.
/// </summary>
internal static class PreciseSleep
{
    private const long NanosecondsPerSecond = 1_000_000_000;

    /// <summary>Asks the kernel to wake this thread on time instead of up to 50 µs late.</summary>
    public static void Prepare()
    {
        if (OperatingSystem.IsLinux())
            _ = LibC.ProcessControl(LibC.SetTimerSlack, 1);
    }

    /// <summary>Returns at the instant, at once when it has passed.</summary>
    public static void Until(long timestamp)
    {
        while (Stopwatch.GetTimestamp() < timestamp)
        {
            if (!OperatingSystem.IsLinux())
            {
                Thread.Yield();
                continue;
            }
            // Stopwatch counts the nanoseconds of CLOCK_MONOTONIC.
            TimeSpec until = new() { Seconds = timestamp / NanosecondsPerSecond, Nanoseconds = timestamp % NanosecondsPerSecond };
            _ = LibC.ClockSleep(LibC.MonotonicClock, LibC.AbsoluteTime, in until, IntPtr.Zero);
        }
    }
}
