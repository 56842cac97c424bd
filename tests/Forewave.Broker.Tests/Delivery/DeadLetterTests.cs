using Forewave.Broker.Delivery.Administration;
using Forewave.Broker.Delivery.Records;
using Forewave.Broker.Delivery.Subscriptions;
using Forewave.Protocol;

namespace Forewave.Broker.Tests.Delivery;

public sealed class DeadLetterTests
{
    private static readonly GroupName Group = new("g");

    [Fact]
    public async Task Reject_makes_a_dead_letter_with_reason_and_history()
    {
        await using var stage = await DeliveryStage.StartAsync();
        var consumer = await StreamingAsync(stage, "good", "bad");
        var messages = consumer.Output.TakeMessages();
        await consumer.SettleAsync(SettleVerb.Nack, messages[1..], TimeSpan.FromSeconds(1), "not yet");
        await stage.MoveAsync(TimeSpan.FromSeconds(2));

        var failures = await consumer.SettleAsync(SettleVerb.Reject, consumer.Output.TakeMessages(), reason: "never");
        var letter = await stage.Loops.DeadLetters.ShowAsync(stage.Queue("q"), Group, 1);

        Assert.Empty(failures);
        Assert.Equal((2L, "never", 3), (letter.Letter.Offset, letter.Letter.Reason, letter.BodyBytes));
        Assert.Equal([(1u, "c1", "not yet"), (2u, "c1", "never")],
            letter.Letter.History.Select(attempt => (attempt.Attempt, attempt.Consumer, attempt.Reason)));
        Assert.Equal(1, stage.StateOf(consumer).Cursor.Unsettled);
    }

    [Fact]
    public async Task Rejected_message_is_a_dead_letter_when_an_ack_up_to_a_later_one_follows_at_once()
    {
        await using var stage = await DeliveryStage.StartAsync();
        var consumer = await StreamingAsync(stage, "good", "bad", "good too");
        var messages = consumer.Output.TakeMessages();

        var failures = await consumer.SettleAsync(
            consumer.Item(SettleVerb.Reject, messages[1]), consumer.Item(SettleVerb.AckUpTo, messages[2]));
        var page = await stage.Loops.DeadLetters.ListAsync(stage.Queue("q"), Group, 0, 10);

        Assert.Empty(failures);
        Assert.Equal([2L], page.Letters.Select(letter => letter.Letter.Offset));
        Assert.Equal(0, stage.StateOf(consumer).Cursor.Unsettled);
    }

    [Fact]
    public async Task Rejected_message_is_a_dead_letter_when_an_ack_of_it_follows_at_once()
    {
        await using var stage = await DeliveryStage.StartAsync();
        var consumer = await StreamingAsync(stage, "bad");
        var message = consumer.Output.TakeMessages()[0];

        var failures = await consumer.SettleAsync(consumer.Item(SettleVerb.Reject, message), consumer.Item(SettleVerb.Ack, message));
        var page = await stage.Loops.DeadLetters.ListAsync(stage.Queue("q"), Group, 0, 10);

        Assert.Empty(failures);
        Assert.Single(page.Letters);
    }

    [Fact]
    public async Task Rejected_message_is_a_dead_letter_when_a_handle_of_an_earlier_epoch_acks_it()
    {
        var stage = await DeliveryStage.StartAsync();
        await stage.SubscribeAsync("q");
        await stage.PublishAsync("q", "bad");
        uint epoch = stage.Store.Epoch.Value;
        stage = await stage.RestartAsync();
        await using var restarted = stage;
        var consumer = await stage.SubscribeAsync("q");
        consumer.Credit(1);
        await stage.IdleAsync();
        var message = consumer.Output.TakeMessages()[0];

        var failures = await consumer.SettleAsync(
            consumer.Item(SettleVerb.Reject, message), consumer.Item(SettleVerb.Ack, message with { Epoch = epoch }));
        var page = await stage.Loops.DeadLetters.ListAsync(stage.Queue("q"), Group, 0, 10);

        Assert.Equal([ErrorCode.LeaseLost], failures.Select(failure => failure.Error));
        Assert.Single(page.Letters);
    }

    [Fact]
    public async Task Redriven_message_leaves_when_the_record_of_its_lease_is_committed()
    {
        var awaited = new List<bool>();
        await using var stage = await DeliveryStage.StartAsync(setting => setting with
        {
            Store = new NarrowStore(setting.Store, _ => false) { Leased = awaited.Add },
        });
        var consumer = await StreamingAsync(stage, "bad");
        await consumer.SettleAsync(SettleVerb.Reject, consumer.Output.TakeMessages());

        await stage.Loops.Operating.RedriveAsync(stage.Queue("q"), Group, null);
        consumer.Credit(1);
        await stage.IdleAsync();

        Assert.Equal([false, true], awaited);
        Assert.Single(consumer.Output.Messages);
    }

    [Fact]
    public async Task Redriven_message_leaves_again_when_the_record_of_its_lease_is_committed()
    {
        var awaited = new List<bool>();
        await using var stage = await DeliveryStage.StartAsync(setting => setting with
        {
            Store = new NarrowStore(setting.Store, _ => false) { Leased = awaited.Add },
        });
        var consumer = await StreamingAsync(stage, "bad");
        await consumer.SettleAsync(SettleVerb.Reject, consumer.Output.TakeMessages());
        await stage.Loops.Operating.RedriveAsync(stage.Queue("q"), Group, null);
        consumer.Credit(2);
        await stage.IdleAsync();

        await consumer.SettleAsync(SettleVerb.Nack, consumer.Output.TakeMessages(), TimeSpan.FromSeconds(1));
        await stage.MoveAsync(TimeSpan.FromSeconds(2));

        Assert.Equal([false, true, true], awaited);
        Assert.Equal([2u], consumer.Output.Messages.Select(message => message.Attempt));
    }

    [Fact]
    public async Task First_deliveries_do_not_wait_for_the_record_that_a_redriven_message_needs_to_leave_again()
    {
        var awaited = new List<bool>();
        await using var stage = await DeliveryStage.StartAsync(setting => setting with
        {
            Store = new NarrowStore(setting.Store, _ => false) { Leased = awaited.Add },
        });
        var consumer = await stage.SubscribeAsync("q");
        consumer.Credit(1);
        await stage.PublishAsync("q", "bad");
        await consumer.SettleAsync(SettleVerb.Reject, consumer.Output.TakeMessages());
        await stage.Loops.Operating.RedriveAsync(stage.Queue("q"), Group, null);
        consumer.Credit(1);
        await stage.IdleAsync();
        await consumer.SettleAsync(SettleVerb.Nack, consumer.Output.TakeMessages(), TimeSpan.FromSeconds(1));
        await stage.MoveAsync(TimeSpan.FromSeconds(2));
        await stage.PublishAsync("q", "first", "second");
        awaited.Clear();

        consumer.Credit(3);
        await stage.IdleAsync();

        Assert.Equal([true, false], awaited);
        Assert.Equal(["bad", "first", "second"], consumer.Output.Messages.Select(message => message.Body).Order());
    }

    [Fact]
    public async Task Messages_that_come_again_do_not_wait_for_the_record_that_a_redriven_one_needs()
    {
        var awaited = new List<bool>();
        await using var stage = await DeliveryStage.StartAsync(setting => setting with
        {
            Store = new NarrowStore(setting.Store, _ => false) { Leased = awaited.Add },
        });
        var consumer = await StreamingAsync(stage, "one", "bad", "three");
        var messages = consumer.Output.TakeMessages();
        await consumer.SettleAsync(SettleVerb.Reject, messages.Where(message => message.Body == "bad"));
        await stage.Loops.Operating.RedriveAsync(stage.Queue("q"), Group, null);
        await stage.IdleAsync();
        var all = messages.Where(message => message.Body != "bad").Concat(consumer.Output.TakeMessages());
        awaited.Clear();

        await consumer.SettleAsync(SettleVerb.Nack, all, TimeSpan.FromSeconds(1));
        await stage.MoveAsync(TimeSpan.FromSeconds(2));

        Assert.Equal([false, true, false], awaited);
        Assert.Equal(["bad", "one", "three"], consumer.Output.Messages.Select(message => message.Body).Order());
    }

    [Fact]
    public async Task Redriven_message_is_not_settled_by_a_handle_that_an_earlier_epoch_gave_before_its_death()
    {
        var stage = await DeliveryStage.StartAsync();
        var consumer = await StreamingAsync(stage, "bad");
        await consumer.SettleAsync(SettleVerb.Nack, consumer.Output.TakeMessages(), TimeSpan.FromSeconds(1));
        await stage.MoveAsync(TimeSpan.FromSeconds(2));
        var early = Assert.Single(consumer.Output.TakeMessages());
        stage = await stage.RestartAsync();
        await using var restarted = stage;
        consumer = await stage.SubscribeAsync("q");
        await consumer.SettleAsync(SettleVerb.Reject, [early]);
        await stage.Loops.Operating.RedriveAsync(stage.Queue("q"), Group, null);
        consumer.Credit(1);
        await stage.IdleAsync();
        var redriven = Assert.Single(consumer.Output.TakeMessages());

        var late = await consumer.SettleAsync(SettleVerb.Ack, [early]);
        long unsettled = stage.StateOf(consumer).Cursor.Unsettled;
        await consumer.SettleAsync(SettleVerb.Ack, [redriven]);

        Assert.Equal((2u, 1u), (early.Attempt, redriven.Attempt));
        Assert.Equal([ErrorCode.LeaseLost], late.Select(failure => failure.Error));
        Assert.Equal((1L, 0L), (unsettled, stage.StateOf(consumer).Cursor.Unsettled));
    }

    [Fact]
    public async Task Redriven_message_does_not_leave_when_it_was_released_before_the_commit()
    {
        await using var stage = await DeliveryStage.StartAsync();
        var consumer = await stage.SubscribeAsync("q");
        var loop = stage.LoopOf(consumer.Subscription.Queue.Id);
        var terms = new ReceiveTerms { Correlation = new CorrelationId(77), MaxMessages = 1, MaxBytes = 1, Wait = TimeSpan.Zero };
        var pull = new PendingReceive(consumer.Subscription, terms);

        var released = new AwaitingFrame(loop, consumer.Subscription, [1, 2, 3], null)
        {
            Leaser = consumer.Subscription.Group, Leased = [new RecordRun(1, 1, 1)], Messages = 2, MessageBytes = 3,
        };
        loop.Post(new AwaitingFrame(loop, consumer.Subscription, [1, 2, 3], pull) { Leaser = released.Leaser, Leased = released.Leased });
        loop.Post(released);
        await stage.IdleAsync();

        Assert.Contains((77UL, Protocol.Frames.ServerAnswer.Delivery, default), consumer.Output.Answers);
        Assert.Empty(consumer.Output.Messages);
        Assert.Equal((2L, 3L), (consumer.Subscription.CreditMessages, consumer.Subscription.CreditBytes));
    }

    [Fact]
    public async Task Lease_does_not_end_before_its_message_leaves()
    {
        NarrowStore? disk = null;
        await using var stage = await DeliveryStage.StartAsync(setting => setting with { Store = disk = new NarrowStore(setting.Store, _ => false) });
        var consumer = await StreamingAsync(stage, "bad");
        await SetAttemptsAsync(stage, 1);
        await consumer.SettleAsync(SettleVerb.Reject, consumer.Output.TakeMessages());

        long given = stage.Time.GetUtcNow().ToUnixTimeMilliseconds();
        disk!.HoldLeases();
        await stage.Loops.Operating.RedriveAsync(stage.Queue("q"), Group, null);
        consumer.Credit(1);
        await stage.IdleAsync();
        await stage.MoveAsync(TimeSpan.FromSeconds(31));
        await stage.MoveAsync(TimeSpan.FromSeconds(31));
        var held = await stage.Loops.Administration.ShowGroupAsync(stage.Queue("q"), Group);
        var page = await stage.Loops.Watching.ListLeasesAsync(stage.Queue("q"), Group, 1, 10);
        int early = consumer.Output.Messages.Count;
        disk.LetGo();
        await stage.IdleAsync();
        var redriven = Assert.Single(consumer.Output.TakeMessages());
        await stage.MoveAsync(TimeSpan.FromSeconds(31));
        var ended = await stage.Loops.Administration.ShowGroupAsync(stage.Queue("q"), Group);

        Assert.Equal((0, 1L, 0L), (early, held.Leased, held.Dead));
        Assert.Equal(given + 62_000 + 30_000, Assert.Single(page.Leases).Lease.EndTime);
        Assert.Equal((1u, true), (redriven.Attempt, redriven.IsRedriven));
        Assert.Equal((0L, 1L), (ended.Leased, ended.Dead));
    }

    [Fact]
    public async Task Message_dies_when_its_last_attempt_fails()
    {
        await using var stage = await DeliveryStage.StartAsync();
        var consumer = await StreamingAsync(stage, "poison", "good");
        await SetAttemptsAsync(stage, 3);
        await consumer.SettleAsync(SettleVerb.Ack, consumer.Output.Messages.Skip(1));
        consumer.Output.TakeMessages();

        await stage.MoveAsync(TimeSpan.FromSeconds(31));
        await consumer.SettleAsync(SettleVerb.Nack, consumer.Output.TakeMessages(), TimeSpan.FromSeconds(1));
        await stage.MoveAsync(TimeSpan.FromSeconds(2));
        await stage.MoveAsync(TimeSpan.FromSeconds(31));
        var page = await stage.Loops.DeadLetters.ListAsync(stage.Queue("q"), Group, 0, 10);

        var history = Assert.Single(page.Letters).Letter.History;
        Assert.Equal([1u, 2, 3], history.Select(attempt => attempt.Attempt));
        Assert.Equal((0, 0L), (stage.StateOf(consumer).Cursor.Unsettled, page.More ? 1 : 0));
        await stage.MoveAsync(TimeSpan.FromHours(1));
        Assert.Equal([3u], consumer.Output.Messages.Select(message => message.Attempt));
    }

    [Fact]
    public async Task Nack_after_the_last_attempt_makes_a_dead_letter()
    {
        await using var stage = await DeliveryStage.StartAsync();
        var consumer = await StreamingAsync(stage, "poison");
        await SetAttemptsAsync(stage, 1);

        var failures = await consumer.SettleAsync(SettleVerb.Nack, consumer.Output.TakeMessages(), reason: "broken");
        var details = await stage.Loops.Administration.ShowGroupAsync(stage.Queue("q"), Group);

        Assert.Empty(failures);
        Assert.Equal((1L, 0L, 0L), (details.Dead, details.Leased, details.Waiting));
    }

    [Fact]
    public async Task Redrive_brings_messages_to_their_group_anew_after_first_deliveries()
    {
        await using var stage = await DeliveryStage.StartAsync();
        var consumer = await stage.SubscribeAsync("q");
        var other = await stage.SubscribeAsync("q", "other");
        other.Credit(100);
        consumer.Credit(2);
        await stage.PublishAsync("q", "a", "b", "c");
        await consumer.SettleAsync(SettleVerb.Reject, consumer.Output.TakeMessages());
        int others = other.Output.TakeMessages().Count;

        long redriven = await stage.Loops.Operating.RedriveAsync(stage.Queue("q"), Group, null);
        consumer.Credit(10);
        await stage.IdleAsync();

        Assert.Equal((2L, 3), (redriven, others));
        Assert.Equal([(3L, 1u, false, "c"), (1L, 1u, true, "a"), (2L, 1u, true, "b")],
            consumer.Output.Messages.Select(message => (message.Offset, message.Attempt, message.IsRedriven, message.Body)));
        Assert.Empty(other.Output.Messages);
        Assert.Equal(0, stage.StateOf(consumer).Dead.Count);
    }

    [Fact]
    public async Task Redriven_message_can_be_nacked_acked_and_die_again()
    {
        await using var stage = await DeliveryStage.StartAsync();
        var consumer = await StreamingAsync(stage, "a", "b");
        await consumer.SettleAsync(SettleVerb.Reject, consumer.Output.TakeMessages());
        await stage.Loops.Operating.RedriveAsync(stage.Queue("q"), Group, null);
        await stage.IdleAsync();
        var redriven = consumer.Output.TakeMessages();

        await consumer.SettleAsync(SettleVerb.Nack, redriven, TimeSpan.FromSeconds(1));
        await stage.MoveAsync(TimeSpan.FromSeconds(2));
        var again = consumer.Output.TakeMessages();
        await consumer.SettleAsync(SettleVerb.Ack, again[..1]);
        await consumer.SettleAsync(SettleVerb.Reject, again[1..]);
        var page = await stage.Loops.DeadLetters.ListAsync(stage.Queue("q"), Group, 0, 10);

        Assert.Equal([(1L, 2u, true, "a"), (2L, 2u, true, "b")],
            again.Select(message => (message.Offset, message.Attempt, message.IsRedriven, message.Body)));
        Assert.Equal([(3L, 2L)], page.Letters.Select(letter => (letter.Place, letter.Letter.Offset)));
    }

    [Fact]
    public async Task Redrive_of_places_leaves_the_others()
    {
        await using var stage = await DeliveryStage.StartAsync();
        var consumer = await StreamingAsync(stage, DeliveryStage.Bodies(5));
        await consumer.SettleAsync(SettleVerb.Reject, consumer.Output.TakeMessages());

        await stage.Loops.Operating.RedriveAsync(stage.Queue("q"), Group, [2, 4]);
        await stage.IdleAsync();
        var page = await stage.Loops.DeadLetters.ListAsync(stage.Queue("q"), Group, 0, 2);

        Assert.Equal([2L, 4], consumer.Output.Messages.Select(message => message.Offset));
        Assert.Equal([1L, 3], page.Letters.Select(letter => letter.Place));
        Assert.True(page.More);
        await Assert.ThrowsAsync<ForewaveException>(() => stage.Loops.Operating.RedriveAsync(stage.Queue("q"), Group, [2]));
    }

    [Fact]
    public async Task Purge_removes_dead_letters_for_good()
    {
        await using var stage = await DeliveryStage.StartAsync();
        var consumer = await StreamingAsync(stage, DeliveryStage.Bodies(5));
        await consumer.SettleAsync(SettleVerb.Reject, consumer.Output.TakeMessages());

        long some = await stage.Loops.Operating.PurgeAsync(stage.Queue("q"), Group, [3]);
        long rest = await stage.Loops.Operating.PurgeAsync(stage.Queue("q"), Group, null);
        var page = await stage.Loops.DeadLetters.ListAsync(stage.Queue("q"), Group, 0, 10);

        Assert.Equal((1L, 4L, 0), (some, rest, page.Letters.Count));
        var refused = await Assert.ThrowsAsync<ForewaveException>(() => stage.Loops.DeadLetters.ShowAsync(stage.Queue("q"), Group, 1));
        Assert.Equal(ErrorCode.DeadLetterNotFound, refused.Code);
    }

    [Fact]
    public async Task Dead_letters_outlive_the_queue_s_retention_and_a_restart()
    {
        var stage = await DeliveryStage.StartAsync();
        var consumer = await StreamingAsync(stage, "a", "b");
        await consumer.SettleAsync(SettleVerb.Reject, consumer.Output.TakeMessages());
        await stage.Loops.Administration.ExpireAsync(stage.Queue("q"), new Offset(3));

        stage = await stage.RestartAsync();
        await using var restarted = stage;
        var again = await stage.SubscribeAsync("q");
        await stage.Loops.Operating.RedriveAsync(stage.Queue("q"), Group, null);
        again.Credit(10);
        await stage.IdleAsync();

        Assert.Equal([(1L, "a"), (2L, "b")], again.Output.Messages.Select(message => (message.Offset, message.Body)));
    }

    [Fact]
    public async Task Old_dead_letters_end_when_they_expire()
    {
        await using var stage = await DeliveryStage.StartAsync();
        var consumer = await StreamingAsync(stage, "a", "b");
        await consumer.SettleAsync(SettleVerb.Reject, consumer.Output.Messages.Take(1));
        await stage.MoveAsync(TimeSpan.FromSeconds(20));
        var between = Storage.Timestamp.From(stage.Time.GetUtcNow());
        await stage.MoveAsync(TimeSpan.FromSeconds(5));
        await consumer.SettleAsync(SettleVerb.Reject, consumer.Output.Messages.Skip(1));

        await stage.Loops.DeadLetters.ExpireAsync(stage.Queue("q"), between);
        var page = await stage.Loops.DeadLetters.ListAsync(stage.Queue("q"), Group, 0, 10);

        Assert.Equal([2L], page.Letters.Select(letter => letter.Letter.Offset));
    }

    private static async Task<TestConsumer> StreamingAsync(DeliveryStage stage, params string[] bodies)
    {
        var consumer = await stage.SubscribeAsync("q");
        consumer.Credit(1_000);
        await stage.PublishAsync("q", bodies);
        return consumer;
    }

    private static Task SetAttemptsAsync(DeliveryStage stage, int attempts) =>
        stage.Loops.Administration.SetGroupAsync(stage.Queue("q"), Group, new GroupChange { MaxAttempts = attempts });
}
