using Forewave.Broker.Tests.Promises.Histories;
using Forewave.Broker.Tests.Promises.Scenarios;
using Xunit.Abstractions;

namespace Forewave.Broker.Tests.Promises;

[Trait("Suite", "powerloss")]
public sealed class PromiseTests(ITestOutputHelper output)
{
    private const int Seeds = 3;
    private const int NightlySeeds = 100_000;

    [Fact]
    public async Task Broker_keeps_its_promises_when_power_fails_at_any_moment()
    {
        var run = SeedRun.FromEnvironment(Seeds, NightlySeeds);
        while (run.TryTake(out int seed))
        {
            await RunAsync(seed);
            run.Done(seed);
        }
    }

    private async Task RunAsync(int seed)
    {
        var scenario = new Scenario(seed);
        var violations = await scenario.RunAsync();
        if (violations.Count == 0)
            return;
        output.WriteLine($"FOREWAVE_SEED={seed} replays this.");
        output.WriteLine($"{scenario}");
        foreach (var violation in violations.Take(8))
            output.WriteLine($"{violation}");
        output.WriteLine(scenario.History.About(violations[0]));
        Assert.Fail($"FOREWAVE_SEED={seed}: {violations[0]}");
    }
}
