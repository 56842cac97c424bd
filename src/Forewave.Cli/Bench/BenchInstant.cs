using System.Diagnostics;

namespace Forewave.Cli.Bench;

/// <summary>An instant of Stopwatch's clock: on Linux nanoseconds of CLOCK_MONOTONIC, the same in all processes of the host.</summary>
internal readonly record struct BenchInstant(long Ticks)
{
    /// <summary>Now.</summary>
    public static BenchInstant Now => new(Stopwatch.GetTimestamp());

    /// <summary>How long ago it was, in the clock's ticks.</summary>
    public long TicksSince => Stopwatch.GetTimestamp() - Ticks;
}
