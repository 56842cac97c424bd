using System.Runtime.InteropServices;

namespace Forewave.Cli.Interop;

/// <summary>The calls of the C library that pacing needs: .NET sleeps in whole milliseconds only.</summary>
internal static class LibC
{
    /// <summary>CLOCK_MONOTONIC, which is Stopwatch's clock.</summary>
    public const int MonotonicClock = 1;

    /// <summary>TIMER_ABSTIME.</summary>
    public const int AbsoluteTime = 1;

    /// <summary>PR_SET_TIMERSLACK.</summary>
    public const int SetTimerSlack = 29;

    [DllImport("libc", EntryPoint = "clock_nanosleep")]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    public static extern int ClockSleep(int clock, int flags, in TimeSpec until, IntPtr remaining);

    [DllImport("libc", EntryPoint = "prctl")]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    public static extern int ProcessControl(int option, UIntPtr value);
}
