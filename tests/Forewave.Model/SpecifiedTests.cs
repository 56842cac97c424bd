using System.Diagnostics;
using Forewave.Model.Searches;
using Forewave.Model.Steps;
using Forewave.Model.Worlds;
using Xunit.Abstractions;

namespace Forewave.Model;

public class SpecifiedTests(ITestOutputHelper output)
{
    [Theory]
    [InlineData(1, 60, 2)]
    [InlineData(2, 15, 2)]
    [InlineData(3, 10, 1)]
    public void Search_finds_nothing_in_what_is_specified(int faults, int depth, int messages)
    {
        long began = Stopwatch.GetTimestamp();

        Finding finding = new BreadthFirst(Rules.AsSpecified with { Faults = faults, Messages = messages }).Run(depth, int.MaxValue);

        output.WriteLine($"{faults} faults, {depth} steps: {finding.Worlds} worlds, {Stopwatch.GetElapsedTime(began).TotalSeconds:0.0} s\n{finding.Trace}");
        Assert.Equal(Broken.Nothing, finding.Broken);
    }

    [Fact]
    public void Random_walks_find_nothing_in_what_is_specified()
    {
        int first = int.TryParse(Environment.GetEnvironmentVariable("FOREWAVE_SEED"), out int given) ? given : Random.Shared.Next(1_000_000_000);
        int walks = given > 0 ? 1 : 400;
        for (int seed = first; seed < first + walks; seed++)
        {
            Finding finding = RandomWalk.Run(Rules.AsSpecified with { Messages = 7 }, seed, 400);

            if (finding.Broken == Broken.Nothing)
                continue;
            output.WriteLine($"FOREWAVE_SEED={seed} repeats this\n{finding.Trace}");
            Assert.Fail($"FOREWAVE_SEED={seed}: {finding.Broken} after {finding.Depth} steps");
        }

        output.WriteLine($"{walks} walks from FOREWAVE_SEED={first}");
    }
}
