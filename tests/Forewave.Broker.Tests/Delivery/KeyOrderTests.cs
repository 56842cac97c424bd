using Forewave.Broker.Delivery.Groups;
using Forewave.Broker.Delivery.Administration;
using Forewave.Broker.Delivery.Subscriptions;
using Forewave.Protocol;

namespace Forewave.Broker.Tests.Delivery;

/// <summary>Order by key: one message of a key at a time, in offset order, whatever happens to it.</summary>
public sealed class KeyOrderTests
{
    [Fact]
    public async Task Key_goes_on_when_its_message_is_acked()
    {
        await using var stage = await DeliveryStage.StartAsync();
        var consumer = await stage.SubscribeAsync("q");
        await stage.PublishAsync("q", "a|1", "a|2", "b|3", "4", "a|5");
        consumer.Credit(100);
        await stage.IdleAsync();
        var first = consumer.Output.TakeMessages();

        await consumer.SettleAsync(SettleVerb.Ack, first);

        Assert.Equal(["a|1", "b|3", "4"], first.Select(message => message.Body));
        var second = consumer.Output.TakeMessages();
        Assert.Equal(["a|2"], second.Select(message => message.Body));
        Assert.Equal(1u, second[0].Attempt);
        await consumer.SettleAsync(SettleVerb.Ack, second);
        Assert.Equal(["a|5"], consumer.Output.TakeMessages().Select(message => message.Body));
    }

    [Theory]
    [InlineData(SettleVerb.Nack)]
    [InlineData(SettleVerb.Release)]
    public async Task Key_waits_for_its_message_when_it_comes_again(SettleVerb verb)
    {
        await using var stage = await DeliveryStage.StartAsync();
        var consumer = await stage.SubscribeAsync("q");
        await stage.PublishAsync("q", "a|1", "a|2", "b|3", "b|4");
        consumer.Credit(100);
        await stage.IdleAsync();
        var first = consumer.Output.TakeMessages();
        await consumer.SettleAsync(verb, [first[0]], TimeSpan.FromSeconds(5));
        await consumer.SettleAsync(SettleVerb.Ack, [first[1]]);
        if (verb == SettleVerb.Nack)
        {
            Assert.Equal(["b|4"], consumer.Output.TakeMessages().Select(message => message.Body));
            await stage.MoveAsync(TimeSpan.FromSeconds(6));
        }

        var again = consumer.Output.TakeMessages().Single(message => message.Body == "a|1");

        Assert.Equal(verb == SettleVerb.Nack ? 2u : 1u, again.Attempt);
        await consumer.SettleAsync(SettleVerb.Ack, [again]);
        Assert.Equal(["a|2"], consumer.Output.TakeMessages().Select(message => message.Body));
    }

    [Fact]
    public async Task Key_goes_on_in_order_when_leases_expire_and_the_broker_starts_again()
    {
        var stage = await DeliveryStage.StartAsync();
        var consumer = await stage.SubscribeAsync("q");
        await stage.PublishAsync("q", "a|1", "a|2", "a|3");
        consumer.Credit(100);
        await stage.IdleAsync();
        Assert.Equal(["a|1"], consumer.Output.TakeMessages().Select(message => message.Body));
        stage = await stage.RestartAsync();
        consumer = await stage.SubscribeAsync("q");
        consumer.Credit(100);
        await stage.IdleAsync();
        Assert.Empty(consumer.Output.TakeMessages());

        await stage.MoveAsync(TimeSpan.FromSeconds(31));

        var got = consumer.Output.TakeMessages();
        Assert.Equal([("a|1", 2u)], got.Select(message => (message.Body, message.Attempt)));
        Assert.Equal(2, stage.StateOf(consumer).Cursor.Keys.Held);
        await consumer.SettleAsync(SettleVerb.Ack, got);
        Assert.Equal(["a|2"], consumer.Output.TakeMessages().Select(message => message.Body));
        await stage.DisposeAsync();
    }

    [Fact]
    public async Task Other_keys_do_not_wait_when_one_key_has_a_long_backlog()
    {
        await using var stage = await DeliveryStage.StartAsync();
        var slow = await stage.SubscribeAsync("q");
        await stage.PublishAsync("q", [.. Enumerable.Range(0, 5_000).Select(number => $"slow|{number}")]);
        await stage.PublishAsync("q", [.. Enumerable.Range(0, 500).Select(number => $"k{number}|x")]);
        slow.Credit(1);
        await stage.IdleAsync();
        Assert.Single(slow.Output.TakeMessages());

        var other = await stage.SubscribeAsync("q");
        other.Credit(10_000);
        await stage.IdleAsync();

        Assert.Equal(Enumerable.Range(0, 500).Select(number => $"k{number}|x"), other.Output.TakeMessages().Select(message => message.Body));
        Assert.Equal(4_999, stage.StateOf(slow).Cursor.Keys.Held);
    }

    [Fact]
    public async Task Message_behind_a_dead_letter_is_next_when_the_group_holds_keys()
    {
        await using var stage = await DeliveryStage.StartAsync();
        var consumer = await stage.SubscribeAsync("q");
        await stage.PublishAsync("q", "a|1", "a|2");
        consumer.Credit(100);
        await stage.IdleAsync();

        await consumer.SettleAsync(SettleVerb.Reject, consumer.Output.TakeMessages());

        Assert.Equal(["a|2"], consumer.Output.TakeMessages().Select(message => message.Body));
        Assert.Equal(1, stage.StateOf(consumer).Dead.Count);
    }

    [Fact]
    public async Task Key_is_set_aside_and_goes_on_by_command_when_the_group_parks()
    {
        var stage = await DeliveryStage.StartAsync();
        await SetAsync(stage, FailurePolicy.Park, attempts: 1);
        var consumer = await stage.SubscribeAsync("q");
        await stage.PublishAsync("q", "a|1", "a|2", "b|3");
        consumer.Credit(100);
        await stage.IdleAsync();
        var first = consumer.Output.TakeMessages();
        await consumer.SettleAsync(SettleVerb.Nack, [first[0]], reason: "no stock");
        await consumer.SettleAsync(SettleVerb.Ack, [first[1]]);
        stage = await stage.RestartAsync();
        consumer = await stage.SubscribeAsync("q");
        consumer.Credit(100);
        await stage.MoveAsync(TimeSpan.FromSeconds(31));
        var parked = (await stage.Loops.Administration.ShowGroupAsync(stage.Queue("q"), new GroupName("g"))).Parked;
        Assert.Equal([("a", "no stock")], parked.Select(key => (key.Key, key.Reason)));
        Assert.DoesNotContain(consumer.Output.TakeMessages(), message => message.Body.StartsWith("a|", StringComparison.Ordinal));

        await stage.Loops.Administration.ResumeKeyAsync(stage.Queue("q"), new GroupName("g"), new KeyChoice("a", GiveUp: false));
        await stage.IdleAsync();

        var again = consumer.Output.TakeMessages();
        Assert.Equal([("a|1", 2u)], again.Select(message => (message.Body, message.Attempt)));
        await consumer.SettleAsync(SettleVerb.Ack, again);
        Assert.Equal(["a|2"], consumer.Output.TakeMessages().Select(message => message.Body));
        await stage.DisposeAsync();
    }

    [Fact]
    public async Task Parked_message_is_a_dead_letter_when_it_is_given_up()
    {
        await using var stage = await DeliveryStage.StartAsync();
        await SetAsync(stage, FailurePolicy.Park, attempts: 1);
        var consumer = await stage.SubscribeAsync("q");
        await stage.PublishAsync("q", "a|1", "a|2");
        consumer.Credit(100);
        await stage.IdleAsync();
        await consumer.SettleAsync(SettleVerb.Nack, consumer.Output.TakeMessages());

        await stage.Loops.Administration.ResumeKeyAsync(stage.Queue("q"), new GroupName("g"), new KeyChoice("a", GiveUp: true));
        await stage.IdleAsync();

        Assert.Equal(["a|2"], consumer.Output.TakeMessages().Select(message => message.Body));
        Assert.Equal(1, stage.StateOf(consumer).Dead.Count);
        Assert.Empty(stage.StateOf(consumer).Cursor.Keys.Parked);
    }

    [Fact]
    public async Task Keyed_message_gets_one_attempt_and_an_unkeyed_one_more_when_the_group_skips()
    {
        await using var stage = await DeliveryStage.StartAsync();
        await SetAsync(stage, FailurePolicy.Skip, attempts: 5);
        var consumer = await stage.SubscribeAsync("q");
        await stage.PublishAsync("q", "a|1", "2", "a|3", "b|4", "b|5");
        consumer.Credit(100);
        await stage.IdleAsync();
        var first = consumer.Output.TakeMessages();

        await consumer.SettleAsync(SettleVerb.Nack, first.Take(2), TimeSpan.FromSeconds(1));
        Assert.Equal(["a|3"], consumer.Output.TakeMessages().Select(message => message.Body));
        await stage.MoveAsync(TimeSpan.FromSeconds(31));

        Assert.Equal(["2", "b|5"], consumer.Output.TakeMessages().Select(message => message.Body).Order());
        Assert.Equal(3, stage.StateOf(consumer).Dead.Count);
    }

    [Fact]
    public async Task Redriven_message_comes_after_what_is_out_of_its_key()
    {
        await using var stage = await DeliveryStage.StartAsync();
        var consumer = await stage.SubscribeAsync("q");
        await stage.PublishAsync("q", "a|1", "a|2", "a|3");
        consumer.Credit(100);
        await stage.IdleAsync();
        await consumer.SettleAsync(SettleVerb.Reject, consumer.Output.TakeMessages());
        var second = consumer.Output.TakeMessages();

        await stage.Loops.Operating.RedriveAsync(stage.Queue("q"), new GroupName("g"), null);
        await stage.IdleAsync();

        Assert.Empty(consumer.Output.TakeMessages());
        await consumer.SettleAsync(SettleVerb.Ack, second);
        var third = consumer.Output.TakeMessages();
        Assert.Equal(["a|3"], third.Select(message => message.Body));
        await consumer.SettleAsync(SettleVerb.Ack, third);
        Assert.Equal(["a|1"], consumer.Output.TakeMessages().Select(message => message.Body));
    }

    [Theory]
    [InlineData(SettleVerb.Ack, ErrorCode.None)]
    [InlineData(SettleVerb.Reject, ErrorCode.LeaseLost)]
    public async Task Handle_from_before_a_redrive_changes_nothing_while_the_message_waits_in_its_key(SettleVerb verb, ErrorCode answer)
    {
        await using var stage = await DeliveryStage.StartAsync();
        var consumer = await stage.SubscribeAsync("q");
        await stage.PublishAsync("q", "a|1", "a|2");
        consumer.Credit(100);
        await stage.IdleAsync();
        var before = consumer.Output.TakeMessages();
        await consumer.SettleAsync(SettleVerb.Reject, before);
        var second = consumer.Output.TakeMessages();
        await stage.Loops.Operating.RedriveAsync(stage.Queue("q"), new GroupName("g"), null);
        await stage.IdleAsync();

        var failures = await consumer.SettleAsync(verb, before);
        await consumer.SettleAsync(SettleVerb.Ack, second);

        Assert.Equal(answer == ErrorCode.None ? [] : [answer], failures.Select(failure => failure.Error));
        Assert.Equal(["a|1"], consumer.Output.TakeMessages().Select(message => message.Body));
    }

    [Fact]
    public async Task Message_waits_in_its_key_for_one_that_a_returning_consumer_has_from_an_earlier_epoch()
    {
        var stage = await DeliveryStage.StartAsync();
        var consumer = await stage.SubscribeAsync("q");
        await stage.PublishAsync("q", "a|1", "a|2", "b|3");
        uint epoch = stage.Store.Epoch.Value;
        stage = await stage.RestartAsync();
        await using var restarted = stage;
        var again = await stage.SubscribeAsync("q", change: one => new Subscription
        {
            Handle = one.Handle, Queue = one.Queue, GroupName = one.GroupName, ConsumerId = consumer.Subscription.ConsumerId,
            ConsumerName = one.ConsumerName, Output = one.Output, Returning = true,
            Held = new[] { new HeldRange(new Offset(1), 1, Attempt.First) },
        });

        again.Credit(10);
        await stage.IdleAsync();
        var meanwhile = again.Output.TakeMessages();
        await again.SettleAsync(SettleVerb.Ack, [new DeliveredMessage(1, 1, epoch, "")]);

        Assert.Equal(["b|3"], meanwhile.Select(message => message.Body));
        Assert.Equal(["a|2"], again.Output.TakeMessages().Select(message => message.Body));
    }

    [Fact]
    public async Task Key_is_set_aside_when_its_message_is_rejected_by_a_lease_that_was_not_recorded()
    {
        var stage = await DeliveryStage.StartAsync();
        await SetAsync(stage, FailurePolicy.Park, attempts: 3);
        await stage.PublishAsync("q", "a|1", "a|2", "b|3");
        uint epoch = stage.Store.Epoch.Value;
        stage = await stage.RestartAsync();
        await using var restarted = stage;
        var consumer = await stage.SubscribeAsync("q");

        var failures = await consumer.SettleAsync(SettleVerb.Reject, [new DeliveredMessage(1, 1, epoch, "")], reason: "no stock");
        consumer.Credit(10);
        await stage.IdleAsync();

        Assert.Empty(failures);
        Assert.Equal(["b|3"], consumer.Output.TakeMessages().Select(message => message.Body));
        Assert.Equal([("a", "no stock")], stage.StateOf(consumer).Cursor.Keys.Parked.Select(key => (key.Key, key.Reason)));
        Assert.Equal(0, stage.StateOf(consumer).Dead.Count);
    }

    [Fact]
    public async Task Nack_by_a_lease_that_was_not_recorded_is_refused_while_the_message_waits_in_its_key()
    {
        var stage = await DeliveryStage.StartAsync();
        var consumer = await stage.SubscribeAsync("q");
        await stage.PublishAsync("q", "a|1", "a|2");
        consumer.Credit(100);
        await stage.IdleAsync();
        uint epoch = stage.Store.Epoch.Value;
        stage = await stage.RestartAsync();
        await using var restarted = stage;
        var again = await stage.SubscribeAsync("q");

        var failures = await again.SettleAsync(SettleVerb.Nack, [new DeliveredMessage(2, 1, epoch, "")]);
        await again.SettleAsync(SettleVerb.Ack, [new DeliveredMessage(1, 1, epoch, "")]);
        again.Credit(10);
        await stage.IdleAsync();

        Assert.Equal([ErrorCode.LeaseLost], failures.Select(failure => failure.Error));
        Assert.Equal([("a|2", 1u)], again.Output.TakeMessages().Select(message => (message.Body, message.Attempt)));
    }

    // The messages without a key are one run, known as a whole; the next run has to be looked at for its keys all the same.
    [Fact]
    public async Task Key_waits_for_a_nacked_message_of_a_lost_lease_when_messages_without_a_key_came_before_it()
    {
        var stage = await DeliveryStage.StartAsync();
        var consumer = await stage.SubscribeAsync("q");
        await stage.PublishAsync("q", "1", "2");
        await stage.PublishAsync("q", "a|3");
        await stage.PublishAsync("q", "a|4", "b|5");
        uint epoch = stage.Store.Epoch.Value;
        stage = await stage.RestartAsync();
        await using var restarted = stage;
        consumer = await stage.SubscribeAsync("q");

        var lost = Enumerable.Range(1, 3).Select(offset => new DeliveredMessage(offset, 1, epoch, ""));
        var failures = await consumer.SettleAsync(SettleVerb.Nack, [.. lost]);
        consumer.Credit(10);
        await stage.IdleAsync();
        var meanwhile = consumer.Output.TakeMessages();
        await stage.MoveAsync(TimeSpan.FromSeconds(10));
        var again = consumer.Output.TakeMessages();
        await consumer.SettleAsync(SettleVerb.Ack, again);

        Assert.Empty(failures);
        Assert.Equal(["b|5"], meanwhile.Select(message => message.Body));
        Assert.Equal(["1", "2", "a|3"], again.Select(message => message.Body));
        Assert.Equal(["a|4"], consumer.Output.TakeMessages().Select(message => message.Body));
    }

    [Fact]
    public async Task Rotted_message_of_a_lease_that_was_not_recorded_is_passed_without_a_record_of_its_own()
    {
        var stage = await DeliveryStage.StartAsync();
        var consumer = await stage.SubscribeAsync("q");
        stage.AppendRotted("q", "a|1");
        await stage.PublishAsync("q", "b|2");
        uint epoch = stage.Store.Epoch.Value;
        await stage.CheckpointAsync();
        stage = await stage.RestartAsync();
        await using var restarted = stage;
        consumer = await stage.SubscribeAsync("q");

        var failures = await consumer.SettleAsync(SettleVerb.Nack, [new DeliveredMessage(1, 1, epoch, "")]);
        ulong before = stage.Store.Tail.Bits;
        consumer.Credit(10);
        await stage.IdleAsync();

        Assert.Empty(failures);
        Assert.InRange(stage.Store.Tail.Bits - before, 1UL, 10UL);
        Assert.Equal(["b|2"], consumer.Output.TakeMessages().Select(message => message.Body));
    }

    [Fact]
    public async Task Group_is_paused_when_held_messages_reach_its_limit()
    {
        await using var stage = await DeliveryStage.StartAsync(setting => setting with { MaxUnsettled = 10 });
        var consumer = await stage.SubscribeAsync("q");
        await stage.PublishAsync("q", [.. Enumerable.Range(0, 30).Select(number => $"a|{number}")]);
        consumer.Credit(100);
        await stage.IdleAsync();
        Assert.Equal(10, stage.StateOf(consumer).Cursor.Unsettled);

        for (int i = 0; i < 30; i++)
        {
            var got = consumer.Output.TakeMessages();
            Assert.Equal([$"a|{i}"], got.Select(message => message.Body));
            await consumer.SettleAsync(SettleVerb.Ack, got);
        }

        Assert.Equal(0, stage.StateOf(consumer).Cursor.Unsettled);
    }

    private static Task SetAsync(DeliveryStage stage, FailurePolicy policy, int attempts) =>
        stage.Loops.Administration.SetGroupAsync(
            stage.Queue("q"), new GroupName("g"), new GroupChange { Create = true, OnFailure = policy, MaxAttempts = attempts });
}
