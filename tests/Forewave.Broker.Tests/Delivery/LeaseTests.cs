using Forewave.Broker.Delivery.Administration;
using Forewave.Broker.Delivery.Subscriptions;
using Forewave.Protocol;
using Forewave.Protocol.Frames;

namespace Forewave.Broker.Tests.Delivery;

public sealed class LeaseTests
{
    private static readonly TimeSpan Visibility = TimeSpan.FromSeconds(30);

    [Fact]
    public async Task Message_comes_again_with_the_next_attempt_when_its_lease_expires()
    {
        await using var stage = await DeliveryStage.StartAsync();
        var consumer = await Streaming(stage, 3);

        await stage.MoveAsync(Visibility - TimeSpan.FromMilliseconds(2));
        int early = consumer.Output.Messages.Count;
        await stage.MoveAsync(TimeSpan.FromMilliseconds(4));

        Assert.Equal(3, early);
        Assert.Equal([(1L, 2u), (2L, 2u), (3L, 2u)], Pairs(consumer.Output.Messages.Skip(3)));
    }

    [Fact]
    public async Task Visibility_timeout_is_the_subscription_s_when_it_names_one()
    {
        await using var stage = await DeliveryStage.StartAsync();
        var consumer = await stage.SubscribeAsync("q", change: one => With(one, TimeSpan.FromSeconds(5)));
        consumer.Credit(10);
        await stage.PublishAsync("q", "a");

        await stage.MoveAsync(TimeSpan.FromSeconds(5.1));

        Assert.Equal([(1L, 1u), (1L, 2u)], Pairs(consumer.Output.Messages));
    }

    [Fact]
    public async Task Ack_after_expiry_succeeds_when_no_newer_attempt_was_handed_out()
    {
        await using var stage = await DeliveryStage.StartAsync();
        var consumer = await stage.SubscribeAsync("q");
        consumer.Credit(2);
        await stage.PublishAsync("q", "a", "b");
        var messages = consumer.Output.TakeMessages();
        await stage.MoveAsync(Visibility * 2);

        var failures = await consumer.SettleAsync(SettleVerb.Ack, messages);
        consumer.Credit(10);
        await stage.IdleAsync();

        Assert.Empty(failures);
        Assert.Empty(consumer.Output.Messages);
    }

    [Fact]
    public async Task Ack_after_expiry_fails_when_a_newer_attempt_was_handed_out()
    {
        await using var stage = await DeliveryStage.StartAsync();
        var consumer = await Streaming(stage, 2);
        var first = consumer.Output.TakeMessages();
        await stage.MoveAsync(Visibility * 1.5);
        var second = consumer.Output.TakeMessages();

        var stale = await consumer.SettleAsync(SettleVerb.Ack, first);
        var fresh = await consumer.SettleAsync(SettleVerb.Ack, second);

        Assert.Equal([(0u, 1L, 2u, ErrorCode.LeaseLost)], stale);
        Assert.Empty(fresh);
    }

    [Fact]
    public async Task Repeated_ack_succeeds()
    {
        await using var stage = await DeliveryStage.StartAsync();
        var consumer = await Streaming(stage, 5);
        var messages = consumer.Output.TakeMessages();
        await consumer.SettleAsync(SettleVerb.Ack, messages);

        var failures = await consumer.SettleAsync(SettleVerb.Ack, messages);

        Assert.Empty(failures);
    }

    [Theory]
    [InlineData(SettleVerb.Nack)]
    [InlineData(SettleVerb.Release)]
    [InlineData(SettleVerb.Extend)]
    [InlineData(SettleVerb.Reject)]
    public async Task Other_verbs_fail_when_the_message_is_acked(SettleVerb verb)
    {
        await using var stage = await DeliveryStage.StartAsync();
        var consumer = await Streaming(stage, 1);
        var messages = consumer.Output.TakeMessages();
        await consumer.SettleAsync(SettleVerb.Ack, messages);

        var failures = await consumer.SettleAsync(verb, messages, TimeSpan.FromSeconds(1));

        Assert.Equal([(0u, 1L, 1u, ErrorCode.LeaseLost)], failures);
    }

    [Theory]
    [InlineData(SettleVerb.Nack)]
    [InlineData(SettleVerb.Release)]
    public async Task Repeated_nack_and_release_succeed_and_do_nothing_more(SettleVerb verb)
    {
        await using var stage = await DeliveryStage.StartAsync();
        var consumer = await stage.SubscribeAsync("q");
        consumer.Credit(1);
        await stage.PublishAsync("q", "a");
        var messages = consumer.Output.TakeMessages();
        await consumer.SettleAsync(verb, messages, TimeSpan.FromSeconds(10));

        var failures = await consumer.SettleAsync(verb, messages, TimeSpan.FromSeconds(100));
        consumer.Credit(1);
        await stage.MoveAsync(TimeSpan.FromSeconds(11));

        Assert.Empty(failures);
        Assert.Equal([(1L, verb == SettleVerb.Nack ? 2u : 1u)], Pairs(consumer.Output.Messages));
    }

    [Fact]
    public async Task Extend_keeps_the_lease_and_its_handle()
    {
        await using var stage = await DeliveryStage.StartAsync();
        var consumer = await Streaming(stage, 3);
        var messages = consumer.Output.TakeMessages();
        await stage.MoveAsync(TimeSpan.FromSeconds(20));

        await consumer.SettleAsync(SettleVerb.Extend, messages[1..2], TimeSpan.FromSeconds(40));
        await stage.MoveAsync(TimeSpan.FromSeconds(20));
        var afterFirstEnd = consumer.Output.TakeMessages();
        var failures = await consumer.SettleAsync(SettleVerb.Ack, messages[1..2]);
        await stage.MoveAsync(TimeSpan.FromSeconds(25));

        Assert.Equal([(1L, 2u), (3L, 2u)], Pairs(afterFirstEnd));
        Assert.Empty(failures);
        Assert.DoesNotContain(consumer.Output.Messages, message => message.Offset == 2);
    }

    [Fact]
    public async Task Extend_takes_an_expired_lease_back_when_nobody_else_has_the_message()
    {
        await using var stage = await DeliveryStage.StartAsync();
        var consumer = await stage.SubscribeAsync("q");
        consumer.Credit(1);
        await stage.PublishAsync("q", "a");
        var messages = consumer.Output.TakeMessages();
        await stage.MoveAsync(Visibility * 2);

        var failures = await consumer.SettleAsync(SettleVerb.Extend, messages, TimeSpan.FromSeconds(60));
        consumer.Credit(5);
        await stage.MoveAsync(TimeSpan.FromSeconds(59));
        int during = consumer.Output.Messages.Count;
        await stage.MoveAsync(TimeSpan.FromSeconds(2));

        Assert.Empty(failures);
        Assert.Equal(0, during);
        Assert.Equal([(1L, 2u)], Pairs(consumer.Output.Messages));
    }

    [Fact]
    public async Task Release_gives_messages_back_at_once_in_place_and_does_not_count()
    {
        await using var stage = await DeliveryStage.StartAsync();
        var consumer = await stage.SubscribeAsync("q");
        consumer.Credit(4);
        await stage.PublishAsync("q", DeliveryStage.Bodies(6));
        var messages = consumer.Output.TakeMessages();

        await consumer.SettleAsync(SettleVerb.Release, messages[1..]);
        consumer.Credit(10);
        await stage.IdleAsync();

        Assert.Equal([(2L, 1u), (3L, 1u), (4L, 1u), (5L, 1u), (6L, 1u)], Pairs(consumer.Output.Messages));
    }

    [Fact]
    public async Task Nack_with_a_delay_brings_the_message_again_after_it()
    {
        await using var stage = await DeliveryStage.StartAsync();
        var consumer = await Streaming(stage, 1);

        await consumer.SettleAsync(SettleVerb.Nack, consumer.Output.TakeMessages(), TimeSpan.FromSeconds(10));
        await stage.MoveAsync(TimeSpan.FromSeconds(9.9));
        int early = consumer.Output.Messages.Count;
        await stage.MoveAsync(TimeSpan.FromSeconds(0.2));

        Assert.Equal(0, early);
        Assert.Equal([(1L, 2u)], Pairs(consumer.Output.Messages));
    }

    [Fact]
    public async Task Nack_without_a_delay_backs_off_longer_each_time()
    {
        await using var stage = await DeliveryStage.StartAsync();
        var consumer = await Streaming(stage, 1);
        for (int attempt = 1; attempt <= 6; attempt++)
        {
            var message = Assert.Single(consumer.Output.TakeMessages());
            double seconds = Math.Pow(2, attempt - 1);

            await consumer.SettleAsync(SettleVerb.Nack, [message]);
            await stage.MoveAsync(TimeSpan.FromSeconds(0.79 * seconds));
            int early = consumer.Output.Messages.Count;
            await stage.MoveAsync(TimeSpan.FromSeconds(0.42 * seconds));

            Assert.Equal((uint)attempt, message.Attempt);
            Assert.Equal(0, early);
        }
    }

    [Fact]
    public async Task Back_off_follows_the_group_s_list_when_it_has_one()
    {
        await using var stage = await DeliveryStage.StartAsync();
        var consumer = await Streaming(stage, 1);
        var policy = new Broker.Delivery.Groups.RetryPolicy { Delays = [TimeSpan.FromSeconds(100), TimeSpan.FromSeconds(200)] };
        await stage.Loops.Administration.SetGroupAsync(stage.Queue("q"), new GroupName("g"), new GroupChange { Retry = policy });

        foreach (double seconds in new[] { 100.0, 200, 200 })
        {
            await consumer.SettleAsync(SettleVerb.Nack, consumer.Output.TakeMessages());
            await stage.MoveAsync(TimeSpan.FromSeconds(0.79 * seconds));
            int early = consumer.Output.Messages.Count;
            await stage.MoveAsync(TimeSpan.FromSeconds(0.42 * seconds));

            Assert.Equal((0, 1), (early, consumer.Output.Messages.Count));
        }
    }

    [Fact]
    public async Task Redeliveries_come_before_first_deliveries_and_in_offset_order()
    {
        await using var stage = await DeliveryStage.StartAsync();
        var consumer = await stage.SubscribeAsync("q");
        consumer.Credit(4);
        await stage.PublishAsync("q", DeliveryStage.Bodies(8));
        var messages = consumer.Output.TakeMessages();
        await consumer.SettleAsync(SettleVerb.Nack, [messages[3]], TimeSpan.FromSeconds(1));
        await consumer.SettleAsync(SettleVerb.Nack, [messages[0]], TimeSpan.FromSeconds(2));

        await stage.MoveAsync(TimeSpan.FromSeconds(3));
        consumer.Credit(4);
        await stage.IdleAsync();

        Assert.Equal([(1L, 2u), (4L, 2u), (5L, 1u), (6L, 1u)], Pairs(consumer.Output.Messages));
    }

    [Fact]
    public async Task Settle_fails_for_a_part_of_a_run_when_only_that_part_is_lost()
    {
        await using var stage = await DeliveryStage.StartAsync();
        var consumer = await stage.SubscribeAsync("q");
        consumer.Credit(6);
        await stage.PublishAsync("q", DeliveryStage.Bodies(6));
        var messages = consumer.Output.TakeMessages();
        await consumer.SettleAsync(SettleVerb.Nack, messages[2..4], TimeSpan.FromSeconds(1));
        consumer.Credit(2);
        await stage.MoveAsync(TimeSpan.FromSeconds(2));

        var failures = await consumer.SettleAsync(SettleVerb.Ack, messages);

        Assert.Equal([(0u, 3L, 2u, ErrorCode.LeaseLost)], failures);
        Assert.Equal(2, stage.StateOf(consumer).Cursor.Unsettled);
    }

    [Fact]
    public async Task Handle_is_invalid_when_it_names_what_was_never_leased()
    {
        await using var stage = await DeliveryStage.StartAsync();
        var consumer = await Streaming(stage, 1);
        var message = consumer.Output.Messages[0];
        var never = consumer.Item(SettleVerb.Ack, message with { Offset = 2 });
        var attempt = consumer.Item(SettleVerb.Ack, message with { Attempt = 2 });
        var group = consumer.Item(SettleVerb.Ack, message) with { Group = 77 };
        var queue = consumer.Item(SettleVerb.Ack, message) with { Queue = 78 };

        var failures = await consumer.SettleAsync(never, attempt, group, queue);

        Assert.Equal([ErrorCode.HandleInvalid, ErrorCode.HandleInvalid, ErrorCode.HandleInvalid, ErrorCode.HandleInvalid],
            failures.Select(failure => failure.Error));
    }

    [Fact]
    public async Task Lease_is_settled_from_any_connection_of_its_group()
    {
        await using var stage = await DeliveryStage.StartAsync();
        var consumer = await Streaming(stage, 2);
        var other = await stage.SubscribeAsync("q");

        var failures = await other.SettleAsync(SettleVerb.Ack, consumer.Output.Messages);

        Assert.Empty(failures);
        Assert.Equal(0, stage.StateOf(consumer).Cursor.Unsettled);
    }

    private static async Task<TestConsumer> Streaming(DeliveryStage stage, int messages)
    {
        var consumer = await stage.SubscribeAsync("q");
        consumer.Credit(1_000);
        await stage.PublishAsync("q", DeliveryStage.Bodies(messages));
        return consumer;
    }

    private static Subscription With(Subscription one, TimeSpan visibility) => new()
    {
        Handle = one.Handle, Queue = one.Queue, GroupName = one.GroupName, ConsumerId = one.ConsumerId,
        ConsumerName = one.ConsumerName, Output = one.Output, VisibilityTimeout = visibility,
    };

    private static IEnumerable<(long, uint)> Pairs(IEnumerable<DeliveredMessage> messages) =>
        messages.Select(message => (message.Offset, message.Attempt));
}
