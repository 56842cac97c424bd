using Forewave.Broker.Delivery.Subscriptions;
using Forewave.Protocol;
using Forewave.Protocol.Frames;

namespace Forewave.Broker.Tests.Delivery;

public sealed class ConsumerTests
{
    [Fact]
    public async Task Consumers_of_a_group_share_the_work()
    {
        await using var stage = await DeliveryStage.StartAsync();
        var consumers = new List<TestConsumer>();
        for (int i = 0; i < 4; i++)
            consumers.Add(await stage.SubscribeAsync("q"));
        consumers.ForEach(consumer => consumer.Credit(1_000));

        await stage.PublishAsync("q", DeliveryStage.Bodies(1_000));

        Assert.Equal(Enumerable.Range(1, 1_000).Select(offset => (long)offset),
            consumers.SelectMany(consumer => consumer.Output.Messages).Select(message => message.Offset).Order());
        Assert.All(consumers, consumer => Assert.InRange(consumer.Output.Messages.Count, 150, 400));
    }

    [Fact]
    public async Task Groups_get_every_message_each()
    {
        await using var stage = await DeliveryStage.StartAsync();
        var one = await stage.SubscribeAsync("q", "one");
        var two = await stage.SubscribeAsync("q", "two");
        one.Credit(10);
        two.Credit(10);

        await stage.PublishAsync("q", "a", "b");

        Assert.Equal(["a", "b"], one.Output.Messages.Select(message => message.Body));
        Assert.Equal(["a", "b"], two.Output.Messages.Select(message => message.Body));
    }

    [Fact]
    public async Task Second_connection_of_a_consumer_ends_the_first()
    {
        await using var stage = await DeliveryStage.StartAsync();
        var first = await stage.SubscribeAsync("q");
        first.Credit(10);
        var second = await stage.SubscribeAsync("q", change: one => As(one, first.Subscription.ConsumerId));
        second.Credit(10);

        await stage.PublishAsync("q", "a");

        Assert.Contains(first.Output.Answers, answer => answer.Answer == ServerAnswer.SubscriptionEnded && answer.Error == ErrorCode.SubscriptionEnded);
        Assert.Empty(first.Output.Messages);
        Assert.Single(second.Output.Messages);
    }

    [Fact]
    public async Task Returning_consumer_keeps_what_it_holds_and_the_rest_is_released_in_place()
    {
        await using var stage = await DeliveryStage.StartAsync();
        var first = await stage.SubscribeAsync("q");
        first.Credit(5);
        await stage.PublishAsync("q", DeliveryStage.Bodies(6));
        var messages = first.Output.TakeMessages();
        first.Disconnect();

        var held = new[] { new HeldRange(new Offset(2), 2, Attempt.First) };
        var second = await stage.SubscribeAsync("q", change: one => As(one, first.Subscription.ConsumerId, held));
        second.Credit(10);
        await stage.IdleAsync();
        var failures = await second.SettleAsync(SettleVerb.Ack, messages[1..3]);

        Assert.Equal([(1L, 1u), (4L, 1u), (5L, 1u), (6L, 1u)],
            second.Output.Messages.Select(message => (message.Offset, message.Attempt)));
        Assert.Empty(failures);
    }

    [Fact]
    public async Task Leases_time_out_when_the_connection_is_gone()
    {
        await using var stage = await DeliveryStage.StartAsync();
        var gone = await stage.SubscribeAsync("q");
        var other = await stage.SubscribeAsync("q");
        gone.Credit(10);
        await stage.PublishAsync("q", "a", "b");
        gone.Disconnect();
        other.Credit(10);

        await stage.MoveAsync(TimeSpan.FromSeconds(29));
        int early = other.Output.Messages.Count;
        await stage.MoveAsync(TimeSpan.FromSeconds(2));

        Assert.Equal(0, early);
        Assert.Equal([(1L, 2u), (2L, 2u)], other.Output.Messages.Select(message => (message.Offset, message.Attempt)));
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Unsubscribe_releases_leases_when_told_so(bool release)
    {
        await using var stage = await DeliveryStage.StartAsync();
        var leaving = await stage.SubscribeAsync("q");
        var staying = await stage.SubscribeAsync("q");
        leaving.Credit(10);
        await stage.PublishAsync("q", "a", "b");
        staying.Credit(10);

        leaving.Unsubscribe(release);
        await stage.IdleAsync();

        Assert.Contains(leaving.Output.Answers, answer => answer.Answer == ServerAnswer.Unsubscribed);
        Assert.Equal(release ? 2 : 0, staying.Output.Messages.Count(message => message.Attempt == 1));
    }

    [Fact]
    public async Task Congested_connection_gets_nothing_until_it_is_drained()
    {
        await using var stage = await DeliveryStage.StartAsync();
        var slow = await stage.SubscribeAsync("q");
        slow.Credit(10);
        slow.Output.Congest();
        await stage.PublishAsync("q", "a");
        int during = slow.Output.Messages.Count;

        slow.Output.Drain();
        await stage.IdleAsync();

        Assert.Equal(0, during);
        Assert.Single(slow.Output.Messages);
    }

    [Fact]
    public async Task Congested_connection_leaves_messages_to_the_others()
    {
        await using var stage = await DeliveryStage.StartAsync();
        var slow = await stage.SubscribeAsync("q");
        var quick = await stage.SubscribeAsync("q");
        slow.Credit(100);
        quick.Credit(100);
        slow.Output.Congest();

        await stage.PublishAsync("q", DeliveryStage.Bodies(20));

        Assert.Equal(20, quick.Output.Messages.Count);
    }

    [Fact]
    public async Task At_most_once_message_is_settled_before_it_leaves_and_never_comes_again()
    {
        await using var stage = await DeliveryStage.StartAsync();
        var consumer = await stage.SubscribeAsync("q", change: AtMostOnce);
        consumer.Credit(10);

        await stage.PublishAsync("q", "a", "b");
        await stage.MoveAsync(TimeSpan.FromHours(1));

        Assert.Equal(["a", "b"], consumer.Output.Messages.Select(message => message.Body));
        Assert.Equal(0, stage.StateOf(consumer).Cursor.Unsettled);
        Assert.Equal(3, stage.StateOf(consumer).Cursor.ReadOffset);
    }

    [Fact]
    public async Task At_most_once_takes_released_and_redriven_messages_too()
    {
        await using var stage = await DeliveryStage.StartAsync();
        var careful = await stage.SubscribeAsync("q");
        careful.Credit(2);
        await stage.PublishAsync("q", "a", "b");
        var messages = careful.Output.TakeMessages();
        await careful.SettleAsync(SettleVerb.Release, messages[..1]);
        await careful.SettleAsync(SettleVerb.Reject, messages[1..]);
        await stage.Loops.Operating.RedriveAsync(stage.Queue("q"), new GroupName("g"), null);
        careful.Disconnect();

        var careless = await stage.SubscribeAsync("q", change: AtMostOnce);
        careless.Credit(10);
        await stage.MoveAsync(TimeSpan.FromHours(1));

        Assert.Equal(["a", "b"], careless.Output.Messages.Select(message => message.Body));
        Assert.Equal((0, 0L), (stage.StateOf(careless).Cursor.Unsettled, stage.StateOf(careless).Dead.Count));
    }

    [Fact]
    public async Task Ack_up_to_settles_everything_of_the_only_consumer()
    {
        await using var stage = await DeliveryStage.StartAsync();
        var consumer = await stage.SubscribeAsync("q");
        consumer.Credit(10);
        await stage.PublishAsync("q", DeliveryStage.Bodies(10));
        var item = consumer.Item(SettleVerb.AckUpTo, consumer.Output.Messages[6]);

        var failures = await consumer.SettleAsync(item);
        consumer.Credit(10);
        await stage.MoveAsync(TimeSpan.FromSeconds(31));

        Assert.Empty(failures);
        Assert.Equal([8L, 9, 10], consumer.Output.Messages.Skip(10).Select(message => message.Offset));
    }

    [Fact]
    public async Task Ack_up_to_is_refused_when_the_group_has_several_consumers()
    {
        await using var stage = await DeliveryStage.StartAsync();
        var consumer = await stage.SubscribeAsync("q");
        consumer.Credit(10);
        await stage.PublishAsync("q", "a");
        await stage.SubscribeAsync("q");

        var failures = await consumer.SettleAsync(consumer.Item(SettleVerb.AckUpTo, consumer.Output.Messages[0]));

        Assert.Equal([ErrorCode.NotTheOnlyConsumer], failures.Select(failure => failure.Error));
    }

    [Fact]
    public async Task Group_pauses_at_its_limit_and_goes_on_when_messages_are_settled()
    {
        await using var stage = await DeliveryStage.StartAsync(setting => setting with { MaxUnsettled = 5 });
        var consumer = await stage.SubscribeAsync("q");
        consumer.Credit(100);
        await stage.PublishAsync("q", DeliveryStage.Bodies(12));
        var first = consumer.Output.TakeMessages();
        var paused = await stage.Loops.Administration.ShowGroupAsync(stage.Queue("q"), new GroupName("g"));

        await consumer.SettleAsync(SettleVerb.Ack, first[..3]);

        Assert.Equal((5, true), (first.Count, paused.IsPaused));
        Assert.Equal([6L, 7, 8], consumer.Output.Messages.Select(message => message.Offset));
    }

    private static Subscription As(Subscription one, ConsumerId id, HeldRange[]? held = null) => new()
    {
        Handle = one.Handle, Queue = one.Queue, GroupName = one.GroupName, ConsumerId = id, ConsumerName = one.ConsumerName,
        Output = one.Output, Returning = held is not null, Held = held,
    };

    private static Subscription AtMostOnce(Subscription one) => new()
    {
        Handle = one.Handle, Queue = one.Queue, GroupName = one.GroupName, ConsumerId = one.ConsumerId,
        ConsumerName = one.ConsumerName, Output = one.Output, AtMostOnce = true,
    };
}
