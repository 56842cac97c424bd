using Forewave.Broker.Delivery.Administration;
using Forewave.Broker.Delivery.Groups;
using Forewave.Broker.Delivery.Replays;
using Forewave.Protocol;

namespace Forewave.Broker.Tests.Delivery;

/// <summary>Where replays meet dead letters, and what is done to them and taken back.</summary>
public sealed class DeadReplayTests
{
    private static readonly GroupName Group = new("g");

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Replay_passes_over_what_an_undo_may_bring_back(bool restarts)
    {
        var stage = await StartAsync();
        var consumer = await TakeAsync(stage, 5);
        await SettleAsync(consumer, "m1", "m5");
        await stage.Loops.Operating.PurgeAsync(stage.Queue("q"), Group, [1]);
        await stage.Loops.Operating.RedriveAsync(stage.Queue("q"), Group, [2]);

        var counts = await ReplayAsync(stage);
        if (restarts)
        {
            await stage.CheckpointAsync();
            stage = await stage.RestartAsync();
            consumer = await stage.SubscribeAsync("q");
        }
        await using var last = stage;
        await stage.Loops.Operating.UndoAsync(stage.Queue("q"), 2);
        consumer.Credit(100);
        await stage.IdleAsync();
        var undone = await stage.Loops.Operating.UndoAsync(stage.Queue("q"), 1);

        Assert.Equal(new ReplayCounts { Settled = 2, Dead = 3 }, counts);
        Assert.Equal([("m1", false), ("m5", false)], consumer.Output.TakeMessages().Select(message => (message.Body, message.IsRedriven)));
        Assert.Equal((1L, "1,2,3"), (undone.Messages, await PlacesAsync(stage)));
        var replay = (await stage.Loops.Administration.ShowGroupAsync(stage.Queue("q"), Group)).Replay!;
        Assert.Equal((ReplayState.Done, 2L, 3L), (replay.State, replay.Delivered, replay.PassedOver));
    }

    [Fact]
    public async Task Replay_brings_what_was_purged_for_good()
    {
        await using var stage = await StartAsync(TimeSpan.Zero);
        var consumer = await TakeAsync(stage, 2);
        await SettleAsync(consumer, "m1");
        await stage.Loops.Operating.PurgeAsync(stage.Queue("q"), Group, [1]);

        var counts = await ReplayAsync(stage);
        consumer.Credit(100);
        await stage.IdleAsync();

        Assert.Equal(new ReplayCounts { Settled = 2 }, counts);
        Assert.Equal(["m1", "m2"], consumer.Output.TakeMessages().Select(message => message.Body));
    }

    [Fact]
    public async Task Redriven_messages_go_before_replayed_ones()
    {
        await using var stage = await StartAsync();
        var consumer = await TakeAsync(stage, 2);
        await SettleAsync(consumer, "m1");

        await ReplayAsync(stage);
        await stage.Loops.Operating.RedriveAsync(stage.Queue("q"), Group, null);
        consumer.Credit(100);
        await stage.IdleAsync();

        Assert.Equal([("m2", true), ("m1", false)], consumer.Output.TakeMessages().Select(message => (message.Body, message.IsRedriven)));
    }

    [Fact]
    public async Task Replayed_message_that_dies_is_redriven_taken_back_and_replayed_like_any_other()
    {
        await using var stage = await StartAsync();
        var consumer = await TakeAsync(stage, 2);
        await SettleAsync(consumer, "m1", "m2");
        await ReplayAsync(stage);
        consumer.Credit(2);
        await stage.IdleAsync();
        await SettleAsync(consumer);

        await stage.Loops.Operating.RedriveAsync(stage.Queue("q"), Group, null);
        consumer.Credit(1);
        await stage.IdleAsync();
        var undone = await stage.Loops.Operating.UndoAsync(stage.Queue("q"), 1);
        var between = await ReplayAsync(stage);
        var redriven = consumer.Output.TakeMessages();
        consumer.Credit(100);
        await stage.IdleAsync();
        var early = consumer.Output.TakeMessages();
        await consumer.SettleAsync(SettleVerb.Ack, redriven);
        var after = await ReplayAsync(stage);

        Assert.Equal([("m1", true)], redriven.Select(message => (message.Body, message.IsRedriven)));
        Assert.Equal((1L, "2"), (undone.Messages, await PlacesAsync(stage)));
        Assert.Equal(new ReplayCounts { Pending = 1, Dead = 1 }, between);
        Assert.Empty(early);
        Assert.Equal(new ReplayCounts { Settled = 1, Dead = 1 }, after);
        Assert.Equal([("m1", false)], consumer.Output.TakeMessages().Select(message => (message.Body, message.IsRedriven)));
    }

    [Fact]
    public async Task Replay_waits_while_the_group_has_as_many_dead_letters_as_it_may()
    {
        await using var stage = await DeliveryStage.StartAsync(setting => setting with { MaxDeadLetters = 1, DeadUndoWindow = TimeSpan.FromHours(1) });
        var consumer = await TakeAsync(stage, 3);
        await SettleAsync(consumer, "m1", "m2", "m3");
        await ReplayAsync(stage);
        consumer.Credit(1);
        await stage.IdleAsync();
        await SettleAsync(consumer);

        consumer.Credit(100);
        await stage.IdleAsync();
        var full = consumer.Output.TakeMessages();
        await stage.Loops.Operating.PurgeAsync(stage.Queue("q"), Group, null);
        await stage.IdleAsync();

        Assert.Empty(full);
        Assert.Equal(["m2", "m3"], consumer.Output.TakeMessages().Select(message => message.Body));
    }

    private static Task<DeliveryStage> StartAsync(TimeSpan? window = null) =>
        DeliveryStage.StartAsync(setting => setting with { DeadUndoWindow = window ?? TimeSpan.FromHours(1) });

    /// <summary>A consumer that has some messages and no credit for more.</summary>
    private static async Task<TestConsumer> TakeAsync(DeliveryStage stage, uint count)
    {
        var consumer = await stage.SubscribeAsync("q");
        await stage.PublishAsync("q", DeliveryStage.Bodies((int)count));
        consumer.Credit(count);
        await stage.IdleAsync();
        return consumer;
    }

    /// <summary>Acks some of what came, and rejects the rest.</summary>
    private static async Task SettleAsync(TestConsumer consumer, params string[] acked)
    {
        var messages = consumer.Output.TakeMessages();
        await consumer.SettleAsync(SettleVerb.Ack, messages.Where(message => acked.Contains(message.Body)));
        await consumer.SettleAsync(SettleVerb.Reject, messages.Where(message => !acked.Contains(message.Body)));
    }

    private static async Task<ReplayCounts> ReplayAsync(DeliveryStage stage)
    {
        var request = new ReplayRequest(StartPoint.Earliest) { To = StartPoint.Latest };
        var result = await stage.Loops.Replaying.BeginAsync(stage.Queue("q"), Group, request);
        await stage.IdleAsync();
        return result.Counts;
    }

    private static async Task<string> PlacesAsync(DeliveryStage stage) => string.Join(
        ',', (await stage.Loops.DeadLetters.ListAsync(stage.Queue("q"), Group, 0, 10)).Letters.Select(letter => letter.Place));
}
