using System.Collections.Concurrent;
using Forewave.Broker.Tests.Promises.Histories;
using Forewave.Broker.Tests.Promises.Scenarios;
using Xunit.Abstractions;

namespace Forewave.Broker.Tests.Promises;

[Trait("Suite", "powerloss")]
public sealed class PromiseTests(ITestOutputHelper output)
{
    private const int Seeds = 300;
    private const int NightlySeeds = 100_000;
    private const int MostBroken = 20;

    [Fact]
    public async Task Broker_keeps_its_promises_when_power_fails_at_any_moment()
    {
        var run = SeedRun.FromEnvironment(Seeds, NightlySeeds);
        var broken = new ConcurrentQueue<string>();
        await Task.WhenAll(Enumerable.Range(0, Environment.ProcessorCount).Select(_ => RunAllAsync(run, broken)));

        Assert.True(broken.IsEmpty, string.Join(Environment.NewLine, broken));
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    [InlineData(4)]
    [InlineData(5)]
    [InlineData(6)]
    [InlineData(7)]
    [InlineData(8)]
    [InlineData(9)]
    [InlineData(10)]
    public async Task Scenario_is_the_same_again_when_its_seed_is(int seed)
    {
        var first = new Scenario(seed);
        await first.RunAsync();
        var second = new Scenario(seed);
        await second.RunAsync();

        Assert.Equal(first.History.Events.Select(happened => happened.ToString()), second.History.Events.Select(happened => happened.ToString()));
        Assert.Equal(first.Turns.Given, second.Turns.Given);
    }

    private async Task RunAllAsync(SeedRun run, ConcurrentQueue<string> broken)
    {
        while (broken.Count < MostBroken && run.TryTake(out int seed))
        {
            var scenario = new Scenario(seed);
            var violations = await scenario.RunAsync();
            if (violations.Count == 0)
            {
                run.Done(seed);
                continue;
            }
            Write(seed, scenario, violations);
            broken.Enqueue($"FOREWAVE_SEED={seed}: {violations[0]}");
        }
    }

    private void Write(int seed, Scenario scenario, IReadOnlyList<Violation> violations)
    {
        output.WriteLine($"FOREWAVE_SEED={seed} replays this.");
        output.WriteLine($"{scenario}");
        foreach (var violation in violations.Take(8))
            output.WriteLine($"{violation}");
        output.WriteLine(scenario.History.About(violations[0]));
    }
}
