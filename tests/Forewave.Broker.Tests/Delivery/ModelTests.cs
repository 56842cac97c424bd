using Xunit.Abstractions;

namespace Forewave.Broker.Tests.Delivery;

/// <summary>
/// Random commands against a simple model of one group, with restarts and checkpoints in between. The state that recovery folds
/// must be the one that life had, byte for byte.
/// </summary>
public sealed class ModelTests(ITestOutputHelper output)
{
    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    [InlineData(4)]
    [InlineData(5)]
    [InlineData(6)]
    [InlineData(7)]
    [InlineData(8)]
    public async Task Group_behaves_as_the_model_says_when_commands_are_random(int seed)
    {
        output.WriteLine($"seed {seed}");
        var run = new ModelRun(new Random(seed));
        await run.StartAsync();
        for (int i = 0; i < 150; i++)
            await run.StepAsync();
        await run.EndAsync();
    }

    [Theory]
    [InlineData(11)]
    [InlineData(12)]
    [InlineData(13)]
    [InlineData(14)]
    public async Task Replay_gives_the_live_state_from_any_checkpoint_and_from_the_start(int seed)
    {
        output.WriteLine($"seed {seed}");
        var random = new Random(seed);
        var run = new ModelRun(random);
        await run.StartAsync();
        for (int i = 0; i < 100; i++)
        {
            await run.StepAsync();
            if (random.Next(10) == 0)
                await run.CheckpointAsync();
            if (random.Next(10) == 0)
                await run.RestartAsync();
        }
        await run.EndAsync();
    }

    [Theory]
    [InlineData(31)]
    [InlineData(32)]
    [InlineData(33)]
    [InlineData(34)]
    [InlineData(35)]
    [InlineData(36)]
    public async Task Group_behaves_as_the_model_says_when_it_is_reset_now_and_then(int seed)
    {
        output.WriteLine($"seed {seed}");
        var random = new Random(seed);
        var run = new ModelRun(random) { IsReset = true };
        await run.StartAsync();
        for (int i = 0; i < 120; i++)
        {
            await run.StepAsync();
            if (random.Next(10) == 0)
                await run.CheckpointAsync();
            if (random.Next(10) == 0)
                await run.RestartAsync();
        }
        await run.EndAsync();
    }

    [Theory]
    [InlineData(41, false)]
    [InlineData(42, false)]
    [InlineData(43, false)]
    [InlineData(44, true)]
    [InlineData(45, true)]
    [InlineData(46, true)]
    public async Task Group_behaves_as_the_model_says_when_ranges_come_once_more(int seed, bool isReset)
    {
        output.WriteLine($"seed {seed}");
        var random = new Random(seed);
        var run = new ModelRun(random) { IsReplayed = true, IsReset = isReset };
        await run.StartAsync();
        for (int i = 0; i < 150; i++)
        {
            await run.StepAsync();
            if (random.Next(10) == 0)
                await run.CheckpointAsync();
            if (random.Next(10) == 0)
                await run.RestartAsync();
        }
        await run.EndAsync();
    }

    [Theory]
    [InlineData(21)]
    [InlineData(22)]
    [InlineData(23)]
    public async Task Group_behaves_as_the_model_says_when_the_store_has_no_room_now_and_then(int seed)
    {
        output.WriteLine($"seed {seed}");
        var run = new ModelRun(new Random(seed)) { IsNarrow = true };
        await run.StartAsync();
        for (int i = 0; i < 80; i++)
            await run.StepAsync();
        await run.EndAsync();
    }
}
