using Forewave.Broker.Delivery.Administration;
using Forewave.Broker.Delivery.Groups;
using Forewave.Broker.Delivery.Pacing;
using Forewave.Broker.Delivery.Priorities;
using Forewave.Broker.Delivery.Replays;
using Forewave.Broker.Delivery.Subscriptions;
using Forewave.Broker.Tests.Fakes;
using Forewave.Protocol;
using Forewave.Storage;

namespace Forewave.Broker.Tests.Delivery;

public sealed class GroupReplayTests
{
    private static readonly GroupName Name = new("g");

    [Fact]
    public async Task Replay_brings_settled_messages_of_the_range_once_more_to_the_group_alone()
    {
        await using var stage = await DeliveryStage.StartAsync();
        var other = await stage.SubscribeAsync("q", "other");
        other.Credit(1_000);
        var consumer = await AckedAsync(stage, DeliveryStage.Bodies(10));
        await other.SettleAsync(SettleVerb.Ack, other.Output.TakeMessages());

        var result = await ReplayAsync(stage, At(3), At(5));
        var messages = consumer.Output.TakeMessages();
        await consumer.SettleAsync(SettleVerb.Ack, messages);

        Assert.Equal(new ReplayCounts { Settled = 3 }, result.Counts);
        Assert.Equal([("m3", 1u), ("m4", 1u), ("m5", 1u)], messages.Select(message => (message.Body, message.Attempt)));
        Assert.Empty(other.Output.Messages);
        Assert.Equal((11, 0), (stage.StateOf(consumer).Cursor.ReadOffset, stage.StateOf(consumer).Cursor.Unsettled));
        Assert.Equal((ReplayState.Done, 3, 0), await StandOf(stage));
    }

    [Fact]
    public async Task Replayed_message_is_retried_and_becomes_a_dead_letter_like_any_other()
    {
        await using var stage = await DeliveryStage.StartAsync();
        var consumer = await AckedAsync(stage, "m1", "m2");
        await ReplayAsync(stage, StartPoint.Earliest, StartPoint.Latest);
        var messages = consumer.Output.TakeMessages();

        await consumer.SettleAsync(SettleVerb.Nack, messages.Take(1), TimeSpan.FromSeconds(1));
        await consumer.SettleAsync(SettleVerb.Reject, messages.Skip(1));
        await stage.MoveAsync(TimeSpan.FromSeconds(2));

        Assert.Equal([("m1", 2u)], consumer.Output.Messages.Select(message => (message.Body, message.Attempt)));
        Assert.Equal(1, (await stage.Loops.Administration.ShowGroupAsync(stage.Queue("q"), Name)).Dead);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Ack_up_to_a_message_of_the_queue_leaves_replayed_ones_out_and_up_to_a_replayed_one_the_others(bool isRestarted)
    {
        var stage = await DeliveryStage.StartAsync();
        var consumer = await AckedAsync(stage, "m1", "m2", "m3");
        await ReplayAsync(stage, At(1), At(3));
        await stage.PublishAsync("q", "m4", "m5");
        await stage.IdleAsync();
        var messages = consumer.Output.TakeMessages();
        if (isRestarted)
        {
            stage = await stage.RestartAsync();
            consumer = await stage.SubscribeAsync("q", change: one => With(one, consumer.Subscription.ConsumerId));
        }
        await using var running = stage;
        var cursor = stage.StateOf(consumer).Cursor;

        await consumer.SettleAsync(consumer.Item(SettleVerb.AckUpTo, messages.Single(message => message.Body == "m4")));
        bool[] first = [.. Enumerable.Range(1, 5).Select(offset => cursor.IsUnsettled(offset))];
        await consumer.SettleAsync(consumer.Item(SettleVerb.AckUpTo, messages.Single(message => message.Body == "m2")));
        bool[] second = [.. Enumerable.Range(1, 5).Select(offset => cursor.IsUnsettled(offset))];

        Assert.Equal([true, true, true, false, true], first);
        Assert.Equal([false, false, true, false, true], second);
    }

    [Fact]
    public async Task Ack_up_to_a_replayed_message_settles_nothing_else_when_it_comes_again()
    {
        await using var stage = await DeliveryStage.StartAsync();
        var consumer = await stage.SubscribeAsync("q");
        await stage.PublishAsync("q", DeliveryStage.Bodies(3));
        consumer.Credit(100);
        await stage.IdleAsync();
        var messages = consumer.Output.TakeMessages();
        await consumer.SettleAsync(SettleVerb.Ack, messages.Where(message => message.Offset is 1 or 3));
        await ReplayAsync(stage, StartPoint.Earliest, StartPoint.Latest);
        await stage.IdleAsync();
        var last = consumer.Output.TakeMessages().Single(message => message.Offset == 3);

        await consumer.SettleAsync(consumer.Item(SettleVerb.AckUpTo, last));
        var failures = await consumer.SettleAsync(consumer.Item(SettleVerb.AckUpTo, last));

        Assert.Empty(failures);
        Assert.Equal([false, true, false], Enumerable.Range(1, 3).Select(offset => stage.StateOf(consumer).Cursor.IsUnsettled(offset)));
    }

    [Fact]
    public async Task What_is_not_settled_or_dead_does_not_come_by_the_replay()
    {
        await using var stage = await DeliveryStage.StartAsync();
        var consumer = await stage.SubscribeAsync("q");
        await stage.PublishAsync("q", DeliveryStage.Bodies(6));
        consumer.Receive(4);
        await stage.IdleAsync();
        var messages = consumer.Output.TakeMessages();
        await consumer.SettleAsync(SettleVerb.Ack, messages.Where(message => message.Offset is 1 or 3));
        await consumer.SettleAsync(SettleVerb.Reject, messages.Where(message => message.Offset == 4));

        var result = await ReplayAsync(stage, StartPoint.Earliest, StartPoint.Latest);
        consumer.Credit(100);
        await stage.IdleAsync();

        Assert.Equal(new ReplayCounts { Settled = 2, Pending = 3, Dead = 1 }, result.Counts);
        Assert.Equal(["m5", "m6", "m1", "m3"], consumer.Output.Messages.Select(message => message.Body));
        Assert.Equal((ReplayState.Done, 2, 2), await StandOf(stage));
    }

    [Fact]
    public async Task Replay_comes_after_everything_else_of_every_priority()
    {
        await using var stage = await DeliveryStage.StartAsync();
        await stage.PublishAsync("q", "9!a");
        var consumer = await OtherThanAsync(stage, await AckedAsync(stage, "b"));
        await ReplayAsync(stage, StartPoint.Earliest, StartPoint.Latest);
        await stage.PublishAsync("q", "c");
        await stage.PublishAsync("q", "1!d");

        consumer.Credit(100);
        await stage.IdleAsync();

        Assert.Equal(["c", "1!d", "9!a", "b"], consumer.Output.Messages.Select(message => message.Body));
    }

    [Fact]
    public async Task Offsets_of_one_priority_leave_the_others_out()
    {
        await using var stage = await DeliveryStage.StartAsync();
        await stage.PublishAsync("q", "9!a", "9!b");
        var consumer = await AckedAsync(stage, "c");
        var band = PriorityBand.Of(9);

        await ReplayAsync(stage, StartPoint.AtOffset(new Offset(band.OnWire(2))), StartPoint.Latest);

        Assert.Equal(["9!b"], consumer.Output.Messages.Select(message => message.Body));
    }

    [Fact]
    public async Task Times_choose_what_was_published_between_them()
    {
        await using var stage = await DeliveryStage.StartAsync();
        await stage.PublishAsync("q", "old");
        await stage.MoveAsync(TimeSpan.FromMinutes(1));
        var from = Now(stage);
        await stage.PublishAsync("q", "in");
        await stage.MoveAsync(TimeSpan.FromMinutes(1));
        var to = Now(stage);
        var consumer = await AckedAsync(stage, "new");

        await ReplayAsync(stage, from, to);

        Assert.Equal(["in"], consumer.Output.Messages.Select(message => message.Body));
    }

    [Fact]
    public async Task Keyed_messages_come_in_order_behind_what_their_key_waits_for()
    {
        await using var stage = await DeliveryStage.StartAsync();
        var consumer = await AckedAsync(stage, "k|1", "l|1");
        await stage.PublishAsync("q", "k|2");
        await consumer.SettleAsync(SettleVerb.Ack, consumer.Output.TakeMessages());
        await stage.PublishAsync("q", "k|3");
        var busy = consumer.Output.TakeMessages();

        await ReplayAsync(stage, At(1), At(3));
        var free = consumer.Output.TakeMessages();
        await consumer.SettleAsync(SettleVerb.Ack, busy);
        var first = consumer.Output.TakeMessages();
        await consumer.SettleAsync(SettleVerb.Ack, first);

        Assert.Equal(["l|1"], free.Select(message => message.Body));
        Assert.Equal(["k|1"], first.Select(message => message.Body));
        Assert.Equal(["k|2"], consumer.Output.Messages.Select(message => message.Body));
    }

    [Fact]
    public async Task Late_second_ack_does_not_settle_a_message_that_waits_for_its_key()
    {
        await using var stage = await DeliveryStage.StartAsync();
        var consumer = await stage.SubscribeAsync("q");
        consumer.Credit(100);
        await stage.PublishAsync("q", "k|1");
        var before = consumer.Output.TakeMessages();
        await consumer.SettleAsync(SettleVerb.Ack, before);
        await stage.PublishAsync("q", "k|2");
        var busy = consumer.Output.TakeMessages();
        await ReplayAsync(stage, At(1), At(1));

        var failures = await consumer.SettleAsync(SettleVerb.Ack, before);
        await consumer.SettleAsync(SettleVerb.Ack, busy);

        Assert.Equal([ErrorCode.LeaseLost], failures.Select(failure => failure.Error));
        Assert.Equal(["k|1"], consumer.Output.Messages.Select(message => message.Body));
    }

    [Fact]
    public async Task Filtered_and_expired_messages_do_not_come_once_more()
    {
        await using var stage = await DeliveryStage.StartAsync();
        await stage.Loops.Administration.SetGroupAsync(
            stage.Queue("q"), Name, new GroupChange { Create = true, Filter = new TagFilter("a") });
        var consumer = await AckedAsync(stage, "a:1", "b:2", "a:3~500", "a:4");
        await stage.MoveAsync(TimeSpan.FromSeconds(1));

        await ReplayAsync(stage, StartPoint.Earliest, StartPoint.Latest);

        Assert.Equal(["a:1", "a:4"], consumer.Output.Messages.Select(message => message.Body));
        Assert.Equal((ReplayState.Done, 2, 2), await StandOf(stage));
    }

    [Fact]
    public async Task Replay_keeps_to_its_rate()
    {
        await using var stage = await DeliveryStage.StartAsync();
        var consumer = await AckedAsync(stage, DeliveryStage.Bodies(100));

        await ReplayAsync(stage, StartPoint.Earliest, StartPoint.Latest, rate: 10);
        int atOnce = consumer.Output.Messages.Count;
        for (int i = 0; i < 200; i++)
            await stage.MoveAsync(TimeSpan.FromMilliseconds(20));

        Assert.Equal(1, atOnce);
        Assert.InRange(consumer.Output.Messages.Count, 38, 42);
    }

    [Fact]
    public async Task Replay_with_a_rate_does_not_pay_for_the_one_before_it()
    {
        await using var stage = await DeliveryStage.StartAsync();
        var consumer = await AckedAsync(stage, DeliveryStage.Bodies(100));
        await ReplayAsync(stage, StartPoint.Earliest, StartPoint.Latest);
        await consumer.SettleAsync(SettleVerb.Ack, consumer.Output.TakeMessages());

        await ReplayAsync(stage, StartPoint.Earliest, StartPoint.Latest, rate: 10);
        for (int i = 0; i < 50; i++)
            await stage.MoveAsync(TimeSpan.FromMilliseconds(20));

        Assert.InRange(consumer.Output.Messages.Count, 8, 12);
    }

    [Fact]
    public async Task Replay_reads_no_more_than_its_share()
    {
        await using var stage = await DeliveryStage.StartAsync(setting => setting with { ReplayBytesPerSecond = 2 * 64 * 1024 });
        var consumer = await AckedAsync(stage, [.. Enumerable.Range(0, 300).Select(number => $"{number:D4}{new string('x', 1_000)}")]);

        await ReplayAsync(stage, StartPoint.Earliest, StartPoint.Latest);
        for (int i = 0; i < 50; i++)
            await stage.MoveAsync(TimeSpan.FromMilliseconds(20));

        // One frame may overdraw it; that is paid back before the next.
        Assert.InRange(consumer.Output.Messages.Sum(message => message.Body.Length), 1, (64 + 200) * 1024);
        Assert.Equal(ReplayState.Running, (await StandOf(stage)).State);
    }

    [Fact]
    public async Task At_most_once_consumer_gets_the_replay_settled()
    {
        await using var stage = await DeliveryStage.StartAsync();
        await stage.PublishAsync("q", "m1", "m2");
        var consumer = await stage.SubscribeAsync("q", change: one => new Subscription
        {
            Handle = one.Handle, Queue = one.Queue, GroupName = one.GroupName, ConsumerId = one.ConsumerId, ConsumerName = "c",
            Output = one.Output, AtMostOnce = true,
        });
        consumer.Credit(100);
        await stage.IdleAsync();
        consumer.Output.TakeMessages();

        await ReplayAsync(stage, StartPoint.Earliest, StartPoint.Latest);

        Assert.Equal(["m1", "m2"], consumer.Output.Messages.Select(message => message.Body));
        Assert.Equal(0, stage.StateOf(consumer).Cursor.Unsettled);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Replay_goes_on_where_it_was_after_a_restart(bool withCheckpoint)
    {
        var stage = await DeliveryStage.StartAsync();
        var consumer = await OtherThanAsync(stage, await AckedAsync(stage, DeliveryStage.Bodies(10)));
        await ReplayAsync(stage, At(2), At(8));
        consumer.Receive(3);
        await stage.IdleAsync();
        await consumer.SettleAsync(SettleVerb.Ack, consumer.Output.TakeMessages());
        if (withCheckpoint)
            await stage.CheckpointAsync();

        stage = await stage.RestartAsync();
        await using var restarted = stage;
        consumer = await stage.SubscribeAsync("q");
        consumer.Credit(100);
        await stage.IdleAsync();

        Assert.Equal(["m5", "m6", "m7", "m8"], consumer.Output.Messages.Select(message => message.Body));
        Assert.Equal((ReplayState.Done, 7, 0), await StandOf(stage));
    }

    [Fact]
    public async Task Cancelled_replay_brings_nothing_more()
    {
        await using var stage = await DeliveryStage.StartAsync();
        var consumer = await OtherThanAsync(stage, await AckedAsync(stage, DeliveryStage.Bodies(10)));
        await ReplayAsync(stage, StartPoint.Earliest, StartPoint.Latest);
        consumer.Receive(3);
        await stage.IdleAsync();

        await stage.Loops.Replaying.CancelAsync(stage.Queue("q"), Name);
        consumer.Receive(10);
        await stage.IdleAsync();
        var again = await Assert.ThrowsAsync<ForewaveException>(() => stage.Loops.Replaying.CancelAsync(stage.Queue("q"), Name));

        Assert.Equal(3, consumer.Output.Messages.Count);
        Assert.Equal((ReplayState.Cancelled, 3, 0), await StandOf(stage));
        Assert.Equal(ErrorCode.NoReplay, again.Code);
    }

    [Fact]
    public async Task Reset_calls_the_replay_off()
    {
        await using var stage = await DeliveryStage.StartAsync();
        var consumer = await OtherThanAsync(stage, await AckedAsync(stage, DeliveryStage.Bodies(4)));
        await ReplayAsync(stage, StartPoint.Earliest, StartPoint.Latest);

        await stage.Loops.Rewinding.ResetAsync(stage.Queue("q"), Name, new ResetRequest(StartPoint.Earliest) { Force = true });
        consumer.Credit(100);
        await stage.IdleAsync();

        Assert.Equal(["m1", "m2", "m3", "m4"], consumer.Output.Messages.Select(message => message.Body));
        Assert.Equal(ReplayState.Cancelled, (await StandOf(stage)).State);
    }

    [Fact]
    public async Task Purge_takes_the_rest_of_the_replay_away()
    {
        await using var stage = await DeliveryStage.StartAsync();
        var consumer = await OtherThanAsync(stage, await AckedAsync(stage, DeliveryStage.Bodies(4)));
        await ReplayAsync(stage, StartPoint.Earliest, StartPoint.Latest);

        await stage.Loops.Administration.PurgeQueueAsync(stage.Queue("q"));
        await stage.PublishAsync("q", "new");
        consumer.Credit(100);
        await stage.IdleAsync();

        Assert.Equal(["new"], consumer.Output.Messages.Select(message => message.Body));
        Assert.Equal((ReplayState.Done, 0, 4), await StandOf(stage));
    }

    [Fact]
    public async Task Dry_run_counts_and_changes_nothing()
    {
        await using var stage = await DeliveryStage.StartAsync();
        var consumer = await AckedAsync(stage, DeliveryStage.Bodies(5));

        var result = await stage.Loops.Replaying.BeginAsync(
            stage.Queue("q"), Name, new ReplayRequest(At(2)) { To = StartPoint.Latest, DryRun = true });
        await stage.IdleAsync();

        Assert.Equal(new ReplayCounts { Settled = 4 }, result.Counts);
        Assert.Null(result.Group.Replay);
        Assert.Empty(consumer.Output.Messages);
    }

    [Fact]
    public async Task Second_replay_is_refused_while_one_runs()
    {
        await using var stage = await DeliveryStage.StartAsync();
        await OtherThanAsync(stage, await AckedAsync(stage, DeliveryStage.Bodies(5)));
        await ReplayAsync(stage, At(1), At(2));

        var refused = await Assert.ThrowsAsync<ForewaveException>(() => ReplayAsync(stage, At(3), At(4)));

        Assert.Equal(ErrorCode.ReplayRunning, refused.Code);
    }

    [Fact]
    public async Task One_replay_more_than_a_loop_may_run_is_refused()
    {
        await using var stage = await DeliveryStage.StartAsync();
        await stage.PublishAsync("q", "m1");
        for (int i = 0; i <= Limits.ReplaysPerLoop; i++)
        {
            var consumer = await stage.SubscribeAsync("q", $"g{i}");
            consumer.Receive(1);
            await stage.IdleAsync();
            await consumer.SettleAsync(SettleVerb.Ack, consumer.Output.TakeMessages());
        }
        Task<ReplayResult> BeginAsync(int group) => stage.Loops.Replaying.BeginAsync(
            stage.Queue("q"), new GroupName($"g{group}"), new ReplayRequest(StartPoint.Earliest) { To = StartPoint.Latest });

        for (int i = 0; i < Limits.ReplaysPerLoop; i++)
            await BeginAsync(i);
        var refused = await Assert.ThrowsAsync<ForewaveException>(() => BeginAsync(Limits.ReplaysPerLoop));

        Assert.Equal(ErrorCode.TooManyReplays, refused.Code);
    }

    [Theory]
    [InlineData(1, 6)]
    [InlineData(4, 2)]
    [InlineData(7, 7)]
    [InlineData(1, long.MaxValue - 1)]
    public async Task Range_that_is_not_in_the_queue_is_refused_and_changes_nothing(long first, long last)
    {
        await using var stage = await DeliveryStage.StartAsync();
        var consumer = await AckedAsync(stage, DeliveryStage.Bodies(5));

        var refused = await Assert.ThrowsAsync<ForewaveException>(() => ReplayAsync(stage, At(first), At(last)));

        Assert.Equal(ErrorCode.ReplayRangeInvalid, refused.Code);
        Assert.Null(stage.StateOf(consumer).Replay);
    }

    [Fact]
    public async Task Time_that_has_not_come_is_refused()
    {
        await using var stage = await DeliveryStage.StartAsync();
        await AckedAsync(stage, "m1");
        var later = StartPoint.AtTime(new Timestamp(stage.Time.GetUtcNow().AddSeconds(1).ToUnixTimeMilliseconds()));

        var refused = await Assert.ThrowsAsync<ForewaveException>(() => ReplayAsync(stage, StartPoint.Earliest, later));

        Assert.Equal(ErrorCode.ReplayRangeInvalid, refused.Code);
    }

    [Fact]
    public async Task Times_that_end_before_they_begin_are_refused_though_no_message_is_between_them()
    {
        await using var stage = await DeliveryStage.StartAsync();
        var consumer = await AckedAsync(stage, "m1");
        StartPoint Ago(int hours) => StartPoint.AtTime(new Timestamp(stage.Time.GetUtcNow().AddHours(-hours).ToUnixTimeMilliseconds()));

        var refused = await Assert.ThrowsAsync<ForewaveException>(() => ReplayAsync(stage, Ago(2), Ago(3)));

        Assert.Equal(ErrorCode.ReplayRangeInvalid, refused.Code);
        Assert.Null(stage.StateOf(consumer).Replay);
    }

    [Fact]
    public void Bucket_that_is_overdrawn_is_paid_back_first()
    {
        var time = new MovedTime();
        var bucket = new TokenBucket(time);
        var rate = new TokenRate(10) { Burst = 5 };
        double first = bucket.Fill(rate);
        bucket.Take(11);

        time.Move(TimeSpan.FromSeconds(1));
        double paid = bucket.Fill(rate);
        time.Move(TimeSpan.FromSeconds(10));

        Assert.Equal((1, 0, 5), (first, paid, bucket.Fill(rate)));
    }

    private static Subscription With(Subscription one, ConsumerId id) => new()
    {
        Handle = one.Handle, Queue = one.Queue, GroupName = one.GroupName, ConsumerId = id, ConsumerName = one.ConsumerName, Output = one.Output,
    };

    private static StartPoint At(long offset) => StartPoint.AtOffset(new Offset(offset));

    private static StartPoint Now(DeliveryStage stage) => StartPoint.AtTime(new Timestamp(stage.Time.GetUtcNow().ToUnixTimeMilliseconds()));

    private static async Task<(ReplayState State, long Delivered, long PassedOver)> StandOf(DeliveryStage stage)
    {
        var replay = (await stage.Loops.Administration.ShowGroupAsync(stage.Queue("q"), Name)).Replay!;
        return (replay.State, replay.Delivered, replay.PassedOver);
    }

    /// <summary>A consumer without credit in the place of one that has some.</summary>
    private static async Task<TestConsumer> OtherThanAsync(DeliveryStage stage, TestConsumer before)
    {
        before.Unsubscribe(release: true);
        return await stage.SubscribeAsync("q");
    }

    private static async Task<TestConsumer> AckedAsync(DeliveryStage stage, params string[] bodies)
    {
        var consumer = await stage.SubscribeAsync("q");
        consumer.Credit(10_000);
        await stage.PublishAsync("q", bodies);
        await consumer.SettleAsync(SettleVerb.Ack, consumer.Output.TakeMessages());
        return consumer;
    }

    private static async Task<ReplayResult> ReplayAsync(DeliveryStage stage, StartPoint from, StartPoint to, double rate = 0)
    {
        var result = await stage.Loops.Replaying.BeginAsync(stage.Queue("q"), Name, new ReplayRequest(from) { To = to, Rate = rate });
        await stage.IdleAsync();
        return result;
    }
}
