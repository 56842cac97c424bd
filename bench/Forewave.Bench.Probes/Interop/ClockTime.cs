using System.Runtime.InteropServices;

namespace Forewave.Bench.Probes.Interop;

/// <summary>struct timespec of a 64-bit Linux.</summary>
[StructLayout(LayoutKind.Sequential)]
internal struct ClockTime
{
    internal long Seconds;
    internal long Nanoseconds;
}
