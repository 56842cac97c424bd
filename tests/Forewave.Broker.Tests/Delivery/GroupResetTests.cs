using Forewave.Broker.Delivery.Administration;
using Forewave.Broker.Delivery.Groups;
using Forewave.Broker.Delivery.Priorities;
using Forewave.Protocol;
using Forewave.Storage;

namespace Forewave.Broker.Tests.Delivery;

public sealed class GroupResetTests
{
    private static readonly GroupName Name = new("g");

    [Fact]
    public async Task Reset_to_the_earliest_message_brings_everything_again()
    {
        await using var stage = await DeliveryStage.StartAsync();
        var consumer = await AckedAsync(stage, 5);

        var result = await ResetAsync(stage, StartPoint.Earliest);
        await consumer.SettleAsync(SettleVerb.Ack, consumer.Output.Messages);

        Assert.Equal((0, 5, 0), (result.Counts.Skipped, result.Counts.Repeated, result.Counts.Restarted));
        Assert.Equal(["m1", "m2", "m3", "m4", "m5"], consumer.Output.Messages.Select(message => message.Body));
        Assert.All(consumer.Output.Messages, message => Assert.Equal(1u, message.Attempt));
        Assert.Equal(0, stage.StateOf(consumer).Cursor.Unsettled);
    }

    [Fact]
    public async Task Reset_to_the_latest_message_skips_what_is_unread_and_unsettled()
    {
        await using var stage = await DeliveryStage.StartAsync();
        var consumer = await stage.SubscribeAsync("q");
        await stage.PublishAsync("q", DeliveryStage.Bodies(10));
        consumer.Receive(3);
        await stage.IdleAsync();
        consumer.Output.TakeMessages();

        var result = await ResetAsync(stage, StartPoint.Latest);
        consumer.Credit(100);
        await stage.PublishAsync("q", "new");

        Assert.Equal((10, 0, 0), (result.Counts.Skipped, result.Counts.Repeated, result.Counts.Restarted));
        Assert.Equal(["new"], consumer.Output.Messages.Select(message => message.Body));
    }

    [Fact]
    public async Task Reset_to_a_time_brings_what_was_published_since_in_every_priority()
    {
        await using var stage = await DeliveryStage.StartAsync();
        await stage.PublishAsync("q", "old");
        await stage.PublishAsync("q", "9!old");
        await stage.MoveAsync(TimeSpan.FromMinutes(1));
        var time = new Timestamp(stage.Time.GetUtcNow().ToUnixTimeMilliseconds());
        await stage.PublishAsync("q", "new");
        await stage.PublishAsync("q", "9!new");
        var consumer = await stage.SubscribeAsync("q");
        consumer.Credit(100);
        await stage.IdleAsync();
        await consumer.SettleAsync(SettleVerb.Ack, consumer.Output.TakeMessages());

        var result = await ResetAsync(stage, StartPoint.AtTime(time));

        Assert.Equal(2, result.Counts.Repeated);
        Assert.Equal(["9!new", "new"], consumer.Output.Messages.Select(message => message.Body));
    }

    [Fact]
    public async Task Reset_to_an_offset_leaves_the_other_priorities_as_they_are()
    {
        await using var stage = await DeliveryStage.StartAsync();
        await stage.PublishAsync("q", "9!a", "9!b");
        var consumer = await AckedAsync(stage, 3);

        await ResetAsync(stage, StartPoint.AtOffset(new Offset(PriorityBand.Of(9).OnWire(2))));

        Assert.Equal(["9!b"], consumer.Output.Messages.Select(message => message.Body));
    }

    [Fact]
    public async Task Handle_from_before_the_reset_cannot_settle_the_message_that_comes_again()
    {
        await using var stage = await DeliveryStage.StartAsync();
        var consumer = await stage.SubscribeAsync("q");
        await stage.PublishAsync("q", "m1", "m2");
        consumer.Receive(10);
        await stage.IdleAsync();
        var before = consumer.Output.TakeMessages();

        await ResetAsync(stage, StartPoint.Earliest);
        var early = await consumer.SettleAsync(SettleVerb.Ack, before.Take(1));
        consumer.Receive(10);
        await stage.IdleAsync();
        var again = consumer.Output.TakeMessages();
        var late = await consumer.SettleAsync(SettleVerb.Ack, before.Skip(1));
        var good = await consumer.SettleAsync(SettleVerb.Ack, again);

        Assert.Equal([ErrorCode.LeaseLost], early.Select(failure => failure.Error));
        Assert.Equal([ErrorCode.LeaseLost], late.Select(failure => failure.Error));
        Assert.Equal([("m1", 2u), ("m2", 2u)], again.Select(message => (message.Body, message.Attempt)));
        Assert.Empty(good);
    }

    [Fact]
    public async Task Handle_from_before_the_reset_is_lost_after_a_restart_too()
    {
        var stage = await DeliveryStage.StartAsync();
        var consumer = await stage.SubscribeAsync("q");
        await stage.PublishAsync("q", "m1", "m2");
        consumer.Receive(10);
        await stage.IdleAsync();
        var before = consumer.Output.TakeMessages();
        await ResetAsync(stage, StartPoint.Earliest);
        await stage.CheckpointAsync();

        stage = await stage.RestartAsync();
        await using var restarted = stage;
        consumer = await stage.SubscribeAsync("q");
        var failures = await consumer.SettleAsync(SettleVerb.Ack, before);
        consumer.Receive(10);
        await stage.IdleAsync();

        Assert.NotEmpty(failures);
        Assert.All(failures, failure => Assert.Equal(ErrorCode.LeaseLost, failure.Error));
        Assert.Equal([("m1", 2u), ("m2", 2u)], consumer.Output.Messages.Select(message => (message.Body, message.Attempt)));
    }

    [Fact]
    public async Task Second_ack_of_an_earlier_epoch_settles_nothing_that_comes_again()
    {
        var stage = await DeliveryStage.StartAsync();
        var consumer = await stage.SubscribeAsync("q");
        consumer.Credit(10);
        await stage.PublishAsync("q", "m1", "m2");
        var before = consumer.Output.TakeMessages();
        await consumer.SettleAsync(SettleVerb.Ack, before);
        stage = await stage.RestartAsync();
        await using var restarted = stage;
        await ResetAsync(stage, StartPoint.Earliest);
        consumer = await stage.SubscribeAsync("q");
        consumer.Receive(1);
        await stage.IdleAsync();
        await consumer.SettleAsync(SettleVerb.Nack, consumer.Output.TakeMessages(), TimeSpan.FromSeconds(10));

        var failures = await consumer.SettleAsync(SettleVerb.Ack, before);
        consumer.Credit(10);
        await stage.MoveAsync(TimeSpan.FromSeconds(11));

        Assert.Equal([(1L, 2u, ErrorCode.LeaseLost)], failures.Select(failure => (failure.First, failure.Count, failure.Error)));
        Assert.Equal(["m1", "m2"], consumer.Output.Messages.Select(message => message.Body).Order(StringComparer.Ordinal));
    }

    [Fact]
    public async Task Keyed_messages_come_in_order_again_after_a_reset()
    {
        await using var stage = await DeliveryStage.StartAsync();
        var consumer = await stage.SubscribeAsync("q");
        consumer.Credit(100);
        await stage.PublishAsync("q", "k|1", "k|2", "k|3", "l|1");
        await consumer.SettleAsync(SettleVerb.Ack, consumer.Output.TakeMessages().Where(message => message.Body == "k|1"));
        await consumer.SettleAsync(SettleVerb.Nack, consumer.Output.TakeMessages(), TimeSpan.FromMinutes(1));

        await ResetAsync(stage, StartPoint.Earliest);
        List<string> bodies = [];
        while (consumer.Output.TakeMessages() is { Count: > 0 } messages)
        {
            bodies.AddRange(messages.Select(message => message.Body));
            await consumer.SettleAsync(SettleVerb.Ack, messages);
        }

        Assert.Equal(["k|1", "k|2", "k|3"], bodies.Where(body => body[0] == 'k'));
        Assert.Contains("l|1", bodies);
        Assert.Equal((0, 0), (stage.StateOf(consumer).Cursor.Unsettled, stage.StateOf(consumer).Cursor.Keys.Lines.Count));
    }

    [Fact]
    public async Task Dead_letters_stay_and_redriven_ones_that_are_out_are_dead_again()
    {
        await using var stage = await DeliveryStage.StartAsync();
        var consumer = await stage.SubscribeAsync("q");
        consumer.Credit(100);
        await stage.PublishAsync("q", "m1", "m2");
        await consumer.SettleAsync(SettleVerb.Reject, consumer.Output.TakeMessages());
        await stage.Loops.Operating.RedriveAsync(stage.Queue("q"), Name, [1]);
        await stage.IdleAsync();

        await ResetAsync(stage, StartPoint.Latest);

        Assert.Equal(2, (await stage.Loops.Administration.ShowGroupAsync(stage.Queue("q"), Name)).Dead);
        Assert.Equal(0, stage.StateOf(consumer).Cursor.Unsettled);
    }

    [Fact]
    public async Task Reset_is_refused_while_consumers_are_subscribed_and_changes_nothing()
    {
        await using var stage = await DeliveryStage.StartAsync();
        var consumer = await AckedAsync(stage, 5);

        var refused = await Assert.ThrowsAsync<ForewaveException>(() => ResetAsync(stage, StartPoint.Earliest, force: false));
        await stage.IdleAsync();

        Assert.Equal(ErrorCode.GroupHasConsumers, refused.Code);
        Assert.Empty(consumer.Output.Messages);
    }

    [Fact]
    public async Task Dry_run_counts_and_changes_nothing()
    {
        await using var stage = await DeliveryStage.StartAsync();
        var consumer = await AckedAsync(stage, 5);

        var result = await stage.Loops.Rewinding.ResetAsync(
            stage.Queue("q"), Name, new ResetRequest(StartPoint.AtOffset(new Offset(3))) { DryRun = true });
        await stage.IdleAsync();

        Assert.Equal((0, 3, 1), (result.Counts.Skipped, result.Counts.Repeated, result.Consumers));
        Assert.Empty(consumer.Output.Messages);
    }

    [Theory]
    [InlineData(7)]
    [InlineData(long.MaxValue)]
    public async Task Offset_that_is_not_in_the_queue_is_refused(long offset)
    {
        await using var stage = await DeliveryStage.StartAsync();
        await AckedAsync(stage, 5);

        var refused = await Assert.ThrowsAsync<ForewaveException>(() => ResetAsync(stage, StartPoint.AtOffset(new Offset(offset))));

        Assert.Equal(ErrorCode.ResetTargetInvalid, refused.Code);
    }

    [Fact]
    public async Task Time_that_has_not_come_is_refused()
    {
        await using var stage = await DeliveryStage.StartAsync();
        await AckedAsync(stage, 5);
        var later = new Timestamp(stage.Time.GetUtcNow().AddSeconds(1).ToUnixTimeMilliseconds());

        var refused = await Assert.ThrowsAsync<ForewaveException>(() => ResetAsync(stage, StartPoint.AtTime(later)));

        Assert.Equal(ErrorCode.ResetTargetInvalid, refused.Code);
    }

    private static async Task<TestConsumer> AckedAsync(DeliveryStage stage, int count)
    {
        var consumer = await stage.SubscribeAsync("q");
        consumer.Credit(1_000);
        await stage.PublishAsync("q", DeliveryStage.Bodies(count));
        await consumer.SettleAsync(SettleVerb.Ack, consumer.Output.TakeMessages());
        return consumer;
    }

    private static async Task<ResetResult> ResetAsync(DeliveryStage stage, StartPoint to, bool force = true)
    {
        var result = await stage.Loops.Rewinding.ResetAsync(stage.Queue("q"), Name, new ResetRequest(to) { Force = force });
        await stage.IdleAsync();
        return result;
    }
}
