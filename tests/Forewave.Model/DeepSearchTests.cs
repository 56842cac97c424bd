using Forewave.Model.Searches;
using Forewave.Model.Steps;
using Forewave.Model.Worlds;
using Xunit.Abstractions;

namespace Forewave.Model;

/// <summary>The same as <see cref="SpecifiedTests"/>, further: some seconds, in nightly runs some minutes and up to 4 GB of memory.</summary>
[Trait("Suite", "scenario")]
public class DeepSearchTests(ITestOutputHelper output)
{
    private static readonly bool IsNightly = Environment.GetEnvironmentVariable("FOREWAVE_NIGHTLY") is { Length: > 0 };

    [Fact]
    public void Deep_search_with_two_faults_finds_nothing() =>
        Search(Rules.AsSpecified with { Faults = 2 }, IsNightly ? 60 : 17, int.MaxValue);

    [Fact]
    public void Deep_search_with_three_faults_finds_nothing() =>
        Search(Rules.AsSpecified with { Faults = 3 }, IsNightly ? 24 : 10, 16_000_000);

    [Fact]
    public void Many_random_walks_find_nothing()
    {
        int walks = IsNightly ? 100_000 : 500;
        int first = Random.Shared.Next(1_000_000_000);
        for (int seed = first; seed < first + walks; seed++)
        {
            Finding finding = RandomWalk.Run(Rules.AsSpecified with { Messages = 7 }, seed, 600);
            Assert.True(finding.Broken == Broken.Nothing, $"seed {seed}: {finding.Broken} after {finding.Depth} steps\n{finding.Trace}");
        }

        output.WriteLine($"{walks} walks from seed {first}");
    }

    private void Search(Rules rules, int depth, int mostWorlds)
    {
        Finding finding = new BreadthFirst(rules).Run(depth, mostWorlds);

        output.WriteLine($"{rules.Faults} faults: {finding.Worlds} worlds, all within {finding.Depth} steps\n{finding.Trace}");
        Assert.Equal(Broken.Nothing, finding.Broken);
    }
}
