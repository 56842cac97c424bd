namespace Forewave.Cli.Bench;

/// <summary>An instant of Stopwatch's clock: on Linux nanoseconds of CLOCK_MONOTONIC, the same in all processes of the host.</summary>
internal readonly record struct BenchInstant(long Ticks);
