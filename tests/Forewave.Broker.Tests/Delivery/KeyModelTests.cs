using Forewave.Broker.Delivery.Groups;
using Xunit.Abstractions;

namespace Forewave.Broker.Tests.Delivery;

/// <summary>Random commands against a simple model of a group with ordering keys, with restarts and checkpoints in between.</summary>
public sealed class KeyModelTests(ITestOutputHelper output)
{
    [Theory]
    [InlineData(101, "Hold")]
    [InlineData(102, "Hold")]
    [InlineData(103, "Hold")]
    [InlineData(104, "Park")]
    [InlineData(105, "Park")]
    [InlineData(106, "Park")]
    [InlineData(107, "Skip")]
    [InlineData(108, "Skip")]
    public async Task Keys_are_delivered_one_after_the_other_when_commands_are_random(int seed, string policy)
    {
        output.WriteLine($"seed {seed}");
        var random = new Random(seed);
        var run = new KeyModelRun(random, Enum.Parse<FailurePolicy>(policy));
        await run.StartAsync();
        for (int i = 0; i < 200; i++)
        {
            await run.StepAsync();
            if (random.Next(15) == 0)
                await run.CheckpointAsync();
        }
        await run.EndAsync();
    }

    [Theory]
    [InlineData(121, "Hold", "Drop")]
    [InlineData(122, "Hold", "Drop")]
    [InlineData(123, "Hold", "DeadLetter")]
    [InlineData(124, "Hold", "DeadLetter")]
    [InlineData(125, "Park", "Drop")]
    [InlineData(126, "Park", "DeadLetter")]
    [InlineData(127, "Skip", "Drop")]
    [InlineData(128, "Skip", "DeadLetter")]
    public async Task Keys_go_on_without_what_expired_when_commands_are_random(int seed, string onFailure, string onExpired)
    {
        output.WriteLine($"seed {seed}");
        var random = new Random(seed);
        var run = new KeyModelRun(random, Enum.Parse<FailurePolicy>(onFailure), Enum.Parse<ExpiredPolicy>(onExpired));
        await run.StartAsync();
        for (int i = 0; i < 200; i++)
        {
            await run.StepAsync();
            if (random.Next(15) == 0)
                await run.CheckpointAsync();
        }
        await run.EndAsync();
    }
}
