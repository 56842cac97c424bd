using Forewave.Broker.Delivery.Administration;
using Forewave.Protocol;

namespace Forewave.Broker.Tests.Delivery;

public sealed class GroupPauseTests
{
    private static readonly GroupName Name = new("g");

    [Fact]
    public async Task Paused_group_hands_nothing_out_until_it_is_resumed()
    {
        await using var stage = await DeliveryStage.StartAsync();
        var consumer = await stage.SubscribeAsync("q");
        consumer.Credit(100);

        await PauseAsync(stage, true);
        await stage.PublishAsync("q", "one", "two");
        int paused = consumer.Output.Messages.Count;
        await PauseAsync(stage, false);

        Assert.Equal(0, paused);
        Assert.Equal(["one", "two"], consumer.Output.Messages.Select(message => message.Body));
    }

    [Fact]
    public async Task Paused_group_hands_out_no_redeliveries_and_its_leases_run_on()
    {
        await using var stage = await DeliveryStage.StartAsync();
        var consumer = await stage.SubscribeAsync("q");
        consumer.Credit(100);
        await stage.PublishAsync("q", "one", "two");
        var first = consumer.Output.TakeMessages();

        await PauseAsync(stage, true);
        var failures = await consumer.SettleAsync(SettleVerb.Ack, [first[0]]);
        await stage.MoveAsync(TimeSpan.FromSeconds(31));
        var paused = consumer.Output.TakeMessages();
        var details = await stage.Loops.Administration.ShowGroupAsync(stage.Queue("q"), Name);
        await PauseAsync(stage, false);

        Assert.Empty(failures);
        Assert.Empty(paused);
        Assert.Equal((0, 1, true), (details.Leased, details.Waiting, details.Options.IsPaused));
        Assert.Equal(("two", 2u), consumer.Output.Messages.Select(message => (message.Body, message.Attempt)).Single());
    }

    [Fact]
    public async Task Paused_group_answers_a_pull_empty_when_its_wait_ends()
    {
        await using var stage = await DeliveryStage.StartAsync();
        var consumer = await stage.SubscribeAsync("q");
        await PauseAsync(stage, true);
        await stage.PublishAsync("q", "one");

        ulong correlation = consumer.Receive(10, TimeSpan.FromSeconds(5));
        await stage.MoveAsync(TimeSpan.FromSeconds(6));

        Assert.Empty(consumer.Output.Messages);
        Assert.Single(consumer.Output.Answers, answer => answer.Correlation == correlation);
    }

    [Fact]
    public async Task Pause_and_limits_survive_a_restart_with_and_without_a_checkpoint()
    {
        var stage = await DeliveryStage.StartAsync();
        await stage.SubscribeAsync("q");
        var change = new GroupChange { IsPaused = true, Rate = 12.5, Burst = 7, MaxLeased = 3, SingleActive = true };
        await stage.Loops.Administration.SetGroupAsync(stage.Queue("q"), Name, change);

        stage = await stage.RestartAsync();
        var replayed = (await stage.Loops.Administration.ShowGroupAsync(stage.Queue("q"), Name)).Options;
        await stage.CheckpointAsync();
        stage = await stage.RestartAsync();
        var loaded = (await stage.Loops.Administration.ShowGroupAsync(stage.Queue("q"), Name)).Options;

        Assert.Equal((true, 12.5, 7, 3, true), (replayed.IsPaused, replayed.Limit.Rate, replayed.Limit.Burst, replayed.Limit.MaxLeased, replayed.SingleActive));
        Assert.Equal(replayed, loaded);
        await stage.DisposeAsync();
    }

    [Fact]
    public async Task Paused_group_with_priorities_hands_nothing_out()
    {
        await using var stage = await DeliveryStage.StartAsync();
        var consumer = await stage.SubscribeAsync("q");
        consumer.Credit(100);
        await PauseAsync(stage, true);

        await stage.PublishAsync("q", "9!high");
        await stage.PublishAsync("q", "normal");
        int paused = consumer.Output.Messages.Count;
        await PauseAsync(stage, false);

        Assert.Equal(0, paused);
        Assert.Equal(["9!high", "normal"], consumer.Output.Messages.Select(message => message.Body));
    }

    private static async Task PauseAsync(DeliveryStage stage, bool paused)
    {
        await stage.Loops.Administration.SetGroupAsync(stage.Queue("q"), Name, new GroupChange { IsPaused = paused });
        await stage.IdleAsync();
    }
}
