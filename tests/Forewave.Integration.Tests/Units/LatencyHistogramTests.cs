using System.Diagnostics;
using Forewave.Cli.Bench;

namespace Forewave.Integration.Tests.Units;

public sealed class LatencyHistogramTests
{
    [Fact]
    public void Percentile_is_at_most_one_percent_off()
    {
        int seed = Random.Shared.Next();
        Random random = new(seed);
        LatencyHistogram histogram = new();
        double[] durations = [.. Enumerable.Range(0, 50_000).Select(_ => Math.Pow(10, random.NextDouble() * 10))];
        foreach (double ticks in durations)
            histogram.Record((long)ticks);
        Array.Sort(durations);

        foreach (double share in new[] { 0.001, 0.5, 0.9, 0.99, 0.999 })
        {
            double exact = (long)durations[(int)Math.Ceiling(share * durations.Length) - 1];
            double found = histogram.Percentile(share).Ticks * (Stopwatch.Frequency / (double)TimeSpan.TicksPerSecond);
            double tick = Stopwatch.Frequency / (double)TimeSpan.TicksPerSecond;
            Assert.True(Math.Abs(found - exact) <= (exact * 0.01) + tick, $"seed {seed}: {share} is {found}, not {exact}");
        }
    }

    [Fact]
    public void Merged_histogram_has_the_counts_and_the_highest_of_both()
    {
        LatencyHistogram one = new(), two = new();
        one.Record(100);
        two.Record(1_000_000);
        two.Record(-5);

        one.Merge(two);

        Assert.Equal(3, one.Count);
        Assert.Equal(Stopwatch.GetElapsedTime(0, 1_000_000), one.Max);
    }
}
