namespace Forewave.Cli.Bench;

/// <summary>A producer of one run of a benchmark; by itself never the same in two runs.</summary>
internal readonly record struct BenchProducerId(ulong Bits)
{
    /// <summary>Its number in the run, as far as 16 bits hold it.</summary>
    public ushort Number => (ushort)Bits;

    /// <summary>The ids of a run's producers, by their numbers.</summary>
    /// <param name="plan">With at most 65,536 producers; small bodies have room for the number alone.</param>
    public static BenchProducerId[] Of(BenchPlan plan)
    {
        ulong run = plan.SizeBytes < 16 ? 0 : (ulong)Random.Shared.NextInt64(1, 1L << 47) << 16;
        return [.. Enumerable.Range(0, plan.Producers).Select(number => new BenchProducerId(run | (uint)number))];
    }
}
