using Forewave.Broker.Delivery.Subscriptions;
using Forewave.Protocol;

namespace Forewave.Broker.Tests.Delivery;

public sealed class RestartTests
{
    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Cursor_leases_and_attempts_survive_a_restart(bool checkpoint)
    {
        var stage = await DeliveryStage.StartAsync();
        var consumer = await stage.SubscribeAsync("q");
        consumer.Credit(8);
        await stage.PublishAsync("q", DeliveryStage.Bodies(10));
        var messages = consumer.Output.TakeMessages();
        await consumer.SettleAsync(SettleVerb.Ack, messages[..3]);
        await consumer.SettleAsync(SettleVerb.Nack, messages[3..4], TimeSpan.FromSeconds(5));
        await consumer.SettleAsync(SettleVerb.Release, messages[4..5]);
        if (checkpoint)
            await stage.CheckpointAsync();

        stage = await stage.RestartAsync();
        await using var restarted = stage;
        var again = await stage.SubscribeAsync("q");
        again.Credit(100);
        await stage.IdleAsync();
        var atOnce = again.Output.TakeMessages();
        await stage.MoveAsync(TimeSpan.FromSeconds(6));
        var afterWait = again.Output.TakeMessages();
        await stage.MoveAsync(TimeSpan.FromSeconds(23));
        int beforeEnd = again.Output.TakeMessages().Count;
        await stage.MoveAsync(TimeSpan.FromSeconds(2));

        Assert.Equal([(5L, 1u), (9L, 1u), (10L, 1u)], Pairs(atOnce).Order());
        Assert.Equal([(4L, 2u)], Pairs(afterWait));
        Assert.Equal(0, beforeEnd);
        Assert.Equal([(5L, 2u), (6L, 2u), (7L, 2u), (8L, 2u), (9L, 2u), (10L, 2u)], Pairs(again.Output.Messages).Order());
    }

    // Replay begins before both groups were made: it meets the former one's records while the checkpoint has the later one.
    [Fact]
    public async Task Group_that_was_deleted_and_made_anew_survives_a_restart()
    {
        var stage = await DeliveryStage.StartAsync();
        await stage.PublishAsync("q", "a", "b");
        await stage.PublishAsync("q", "9!c");
        var former = await stage.SubscribeAsync("q");
        former.Credit(10);
        await stage.IdleAsync();
        await former.SettleAsync(SettleVerb.Reject, former.Output.TakeMessages()[..1]);
        await stage.Loops.Administration.DeleteGroupAsync(stage.Queue("q"), former.Subscription.GroupName);
        var later = await stage.SubscribeAsync("q");
        later.Credit(10);
        await stage.IdleAsync();
        await later.SettleAsync(SettleVerb.Ack, later.Output.TakeMessages().Where(message => message.Body != "9!c"));
        var made = GroupIds(stage);
        await stage.CheckpointAsync();

        stage = await stage.RestartAsync();
        await using var restarted = stage;
        var recovered = GroupIds(stage);
        var again = await stage.SubscribeAsync("q");
        again.Credit(10);
        await stage.PublishAsync("q", "d");
        await stage.MoveAsync(TimeSpan.FromMinutes(1));

        Assert.Equal(2, made.Length);
        Assert.Equal(made, recovered);
        Assert.Contains(again.GroupId, recovered);
        Assert.Equal(["9!c", "d"], again.Output.Messages.Select(message => message.Body).Distinct().Order(StringComparer.Ordinal));
    }

    // The record of the former group's deletion closes what is the former's: a store may drop at once what is given up.
    [Fact]
    public async Task Dead_letters_of_the_group_that_was_made_anew_are_not_given_up_with_the_former_one()
    {
        HashSet<uint> givenUp = [];
        var stage = await DeliveryStage.StartAsync(setting => setting with
        {
            Store = new NarrowStore(setting.Store, _ => false) { Expired = index => givenUp.Add(index) },
        });
        await stage.PublishAsync("q", "9!a");
        var former = await stage.SubscribeAsync("q");
        await stage.Loops.Administration.DeleteGroupAsync(stage.Queue("q"), former.Subscription.GroupName);
        var later = await stage.SubscribeAsync("q");
        later.Credit(10);
        await stage.IdleAsync();
        await later.SettleAsync(SettleVerb.Reject, later.Output.TakeMessages(), reason: "for good");
        await stage.CheckpointAsync();

        stage = await stage.RestartAsync();
        await using var restarted = stage;
        var page = await stage.Loops.DeadLetters.ListAsync(stage.Queue("q"), later.Subscription.GroupName, 0, 10);
        var kept = stage.LoopOf(stage.Queue("q").Id).Queues.Groups.Select(group => group.State.Identity.DeadIndex);

        Assert.Equal("for good", Assert.Single(page.Letters).Letter.Reason);
        Assert.NotEmpty(givenUp);
        Assert.Empty(givenUp.Intersect(kept));
    }

    [Fact]
    public async Task Handle_of_an_earlier_epoch_is_good_while_its_lease_is_known()
    {
        var stage = await DeliveryStage.StartAsync();
        var consumer = await stage.SubscribeAsync("q");
        consumer.Credit(8);
        await stage.PublishAsync("q", DeliveryStage.Bodies(3));
        var messages = consumer.Output.TakeMessages();

        stage = await stage.RestartAsync();
        await using var restarted = stage;
        var again = await stage.SubscribeAsync("q");
        var failures = await again.SettleAsync(SettleVerb.Ack, messages);

        Assert.Empty(failures);
        Assert.Equal(0, stage.StateOf(again).Cursor.Unsettled);
    }

    [Fact]
    public async Task Handle_whose_lease_was_lost_is_good_while_nobody_else_has_the_message()
    {
        var stage = await DeliveryStage.StartAsync();
        var consumer = await stage.SubscribeAsync("q");
        await stage.PublishAsync("q", DeliveryStage.Bodies(6));
        uint epoch = stage.Store.Epoch.Value;
        stage = await stage.RestartAsync();
        await using var restarted = stage;
        var again = await stage.SubscribeAsync("q");
        DeliveredMessage Unknown(long offset) => new(offset, 1, epoch, "");

        var acked = await again.SettleAsync(SettleVerb.Ack, [Unknown(2), Unknown(3)]);
        var nacked = await again.SettleAsync(SettleVerb.Nack, [Unknown(5)], TimeSpan.FromSeconds(3));
        again.Credit(100);
        await stage.IdleAsync();
        var first = again.Output.TakeMessages();
        var taken = await again.SettleAsync(SettleVerb.Ack, [Unknown(4)]);
        await stage.MoveAsync(TimeSpan.FromSeconds(4));

        Assert.Empty(acked);
        Assert.Empty(nacked);
        Assert.Equal([1L, 4, 6], first.Select(message => message.Offset));
        Assert.Equal([ErrorCode.LeaseLost], taken.Select(failure => failure.Error));
        Assert.Equal([(5L, 2u)], Pairs(again.Output.Messages));
    }

    [Fact]
    public async Task Returning_consumer_keeps_a_lease_whose_record_was_lost()
    {
        var stage = await DeliveryStage.StartAsync();
        var consumer = await stage.SubscribeAsync("q");
        await stage.PublishAsync("q", DeliveryStage.Bodies(3));
        uint epoch = stage.Store.Epoch.Value;
        stage = await stage.RestartAsync();
        await using var restarted = stage;

        var again = await stage.SubscribeAsync("q", change: one => new Subscription
        {
            Handle = one.Handle, Queue = one.Queue, GroupName = one.GroupName, ConsumerId = consumer.Subscription.ConsumerId,
            ConsumerName = one.ConsumerName, Output = one.Output, Returning = true,
            Held = new[] { new HeldRange(new Offset(2), 1, Attempt.First) },
        });
        again.Credit(10);
        await stage.IdleAsync();
        var failures = await again.SettleAsync(SettleVerb.Ack, [new DeliveredMessage(2, 1, epoch, "")]);

        Assert.Equal([1L, 3], again.Output.Messages.Select(message => message.Offset));
        Assert.Empty(failures);
    }

    [Fact]
    public async Task Returning_consumer_takes_over_no_more_than_its_group_may_have_unsettled()
    {
        await using var stage = await DeliveryStage.StartAsync(setting => setting with { MaxUnsettled = 5 });
        await stage.SubscribeAsync("q");
        await stage.PublishAsync("q", DeliveryStage.Bodies(40));

        TestConsumer? last = null;
        foreach (int first in (int[])[1, 21])
        {
            last = await stage.SubscribeAsync("q", change: one => new Subscription
            {
                Handle = one.Handle, Queue = one.Queue, GroupName = one.GroupName, ConsumerId = one.ConsumerId, ConsumerName = one.ConsumerName,
                Output = one.Output, Returning = true, Held = new[] { new HeldRange(new Offset(first), 20, Attempt.First) },
            });
        }
        await stage.IdleAsync();

        Assert.Equal(5, stage.StateOf(last!).Cursor.Unsettled);
    }

    [Fact]
    public async Task Messages_before_a_redelivery_are_still_handed_out_when_it_lies_beyond_the_read_offset()
    {
        var stage = await DeliveryStage.StartAsync();
        await stage.SubscribeAsync("q");
        await stage.PublishAsync("q", DeliveryStage.Bodies(6));
        uint epoch = stage.Store.Epoch.Value;
        stage = await stage.RestartAsync();
        await using var restarted = stage;
        var consumer = await stage.SubscribeAsync("q");
        await consumer.SettleAsync(SettleVerb.Nack, [new DeliveredMessage(5, 1, epoch, "")], TimeSpan.FromSeconds(3));
        await stage.MoveAsync(TimeSpan.FromSeconds(4));

        consumer.Credit(1);
        await stage.IdleAsync();
        consumer.Credit(100);
        await stage.IdleAsync();

        // All have to be read from disk after the restart; whichever comes first is handed out first.
        Assert.Equal([(1L, 1u), (2L, 1u), (3L, 1u), (4L, 1u), (5L, 2u), (6L, 1u)], Pairs(consumer.Output.Messages).Order());
    }

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(2)]
    public async Task Group_starts_where_it_was_told_to(int kind)
    {
        await using var stage = await DeliveryStage.StartAsync();
        await stage.PublishAsync("q", "1", "2", "3");
        await stage.MoveAsync(TimeSpan.FromSeconds(10));
        var time = Storage.Timestamp.From(stage.Time.GetUtcNow());
        await stage.PublishAsync("q", "4", "5");
        var start = kind switch
        {
            0 => Broker.Delivery.Groups.StartPoint.Latest,
            1 => Broker.Delivery.Groups.StartPoint.AtTime(time),
            _ => Broker.Delivery.Groups.StartPoint.AtOffset(new Offset(2)),
        };

        var consumer = await stage.SubscribeAsync("q", change: one => new Subscription
        {
            Handle = one.Handle, Queue = one.Queue, GroupName = one.GroupName, ConsumerId = one.ConsumerId,
            ConsumerName = one.ConsumerName, Output = one.Output, Start = start,
        });
        consumer.Credit(10);
        await stage.PublishAsync("q", "6");

        string[] expected = kind switch { 0 => ["6"], 1 => ["4", "5", "6"], _ => ["2", "3", "4", "5", "6"] };
        Assert.Equal(expected, consumer.Output.Messages.Select(message => message.Body));
    }

    [Fact]
    public async Task Lagging_group_is_served_from_disk_in_order()
    {
        var stage = await DeliveryStage.StartAsync();
        for (int i = 0; i < 60; i++)
            await stage.PublishAsync("q", [.. Enumerable.Range(i * 100, 100).Select(number => $"{number}-{new string('x', 400)}")]);
        stage = await stage.RestartAsync();
        await using var restarted = stage;
        var consumer = await stage.SubscribeAsync("q");

        consumer.Credit(10_000);
        await stage.IdleAsync();

        Assert.Equal(Enumerable.Range(1, 6_000).Select(offset => (long)offset), consumer.Output.Messages.Select(message => message.Offset));
        Assert.All(consumer.Output.Messages, message => Assert.StartsWith($"{message.Offset - 1}-", message.Body, StringComparison.Ordinal));
        Assert.Empty(await consumer.SettleAsync(SettleVerb.Ack, consumer.Output.Messages));
    }

    [Fact]
    public async Task Purge_leaves_nothing_and_new_messages_go_on()
    {
        await using var stage = await DeliveryStage.StartAsync();
        var consumer = await stage.SubscribeAsync("q");
        consumer.Credit(2);
        await stage.PublishAsync("q", DeliveryStage.Bodies(10));

        long purged = await stage.Loops.Administration.PurgeQueueAsync(stage.Queue("q"));
        consumer.Credit(10);
        await stage.PublishAsync("q", "new");
        await stage.MoveAsync(TimeSpan.FromMinutes(1));

        Assert.Equal(10, purged);
        Assert.Equal([(1L, 1u), (2L, 1u), (11L, 1u), (11L, 2u)], Pairs(consumer.Output.Messages));
    }

    [Fact]
    public async Task Expiry_moves_cursors_and_counts_what_they_missed()
    {
        var stage = await DeliveryStage.StartAsync();
        var consumer = await stage.SubscribeAsync("q");
        consumer.Credit(4);
        await stage.PublishAsync("q", DeliveryStage.Bodies(10));
        await consumer.SettleAsync(SettleVerb.Ack, consumer.Output.TakeMessages()[..2]);

        await stage.Loops.Administration.ExpireAsync(stage.Queue("q"), new Offset(8));
        var details = await stage.Loops.Administration.ShowGroupAsync(stage.Queue("q"), new GroupName("g"));
        stage = await stage.RestartAsync();
        await using var restarted = stage;
        var after = await stage.Loops.Administration.ShowGroupAsync(stage.Queue("q"), new GroupName("g"));
        var again = await stage.SubscribeAsync("q");
        again.Credit(10);
        await stage.IdleAsync();

        Assert.Equal((5L, 0L, 3L), (details.Missed, details.Leased, details.Unread));
        Assert.Equal(5L, after.Missed);
        Assert.Equal([8L, 9, 10], again.Output.Messages.Select(message => message.Offset));
    }

    [Fact]
    public async Task Deleted_group_is_gone_and_a_new_one_of_its_name_starts_anew()
    {
        var stage = await DeliveryStage.StartAsync();
        var consumer = await stage.SubscribeAsync("q");
        consumer.Credit(10);
        await stage.PublishAsync("q", "a");
        await consumer.SettleAsync(SettleVerb.Ack, consumer.Output.TakeMessages());

        await stage.Loops.Administration.DeleteGroupAsync(stage.Queue("q"), new GroupName("g"));
        stage = await stage.RestartAsync();
        await using var restarted = stage;
        int groups = (await stage.Loops.Administration.ListGroupsAsync(stage.Queue("q"))).Count;
        var again = await stage.SubscribeAsync("q");
        again.Credit(10);
        await stage.IdleAsync();

        Assert.Contains(consumer.Output.Answers, answer => answer.Error == ErrorCode.GroupNotFound);
        Assert.Equal(0, groups);
        Assert.NotEqual(consumer.GroupId, again.GroupId);
        Assert.Single(again.Output.Messages);
    }

    private static IEnumerable<(long, uint)> Pairs(IEnumerable<DeliveredMessage> messages) =>
        messages.Select(message => (message.Offset, message.Attempt));

    private static uint[] GroupIds(DeliveryStage stage) =>
        [.. stage.LoopOf(stage.Queue("q").Id).Queues.Groups.Select(group => group.State.Identity.Id).Order()];
}
