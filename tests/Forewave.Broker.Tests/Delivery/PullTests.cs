using Forewave.Protocol;
using Forewave.Protocol.Frames;
using Forewave.Storage;

namespace Forewave.Broker.Tests.Delivery;

public sealed class PullTests
{
    [Fact]
    public async Task Receive_is_answered_at_once_when_there_are_messages()
    {
        await using var stage = await DeliveryStage.StartAsync();
        var consumer = await stage.SubscribeAsync("orders");
        await stage.PublishAsync("orders", DeliveryStage.Bodies(10));

        ulong correlation = consumer.Receive(4, TimeSpan.FromSeconds(60));
        await stage.IdleAsync();

        Assert.Equal([1L, 2, 3, 4], consumer.Output.Messages.Select(message => message.Offset));
        Assert.Single(consumer.Output.Answers, answer => answer.Correlation == correlation);
    }

    [Fact]
    public async Task Receive_waits_for_the_first_message_when_there_is_none()
    {
        await using var stage = await DeliveryStage.StartAsync();
        var consumer = await stage.SubscribeAsync("orders");
        ulong correlation = consumer.Receive(4, TimeSpan.FromSeconds(60));
        await stage.MoveAsync(TimeSpan.FromSeconds(59));
        int before = consumer.Output.Answers.Count(answer => answer.Correlation == correlation);

        await stage.PublishAsync("orders", "late");
        await stage.MoveAsync(TimeSpan.FromSeconds(60));

        Assert.Equal(0, before);
        Assert.Equal(["late"], consumer.Output.Messages.Select(message => message.Body));
        Assert.Single(consumer.Output.Answers, answer => answer.Correlation == correlation);
    }

    [Fact]
    public async Task Receive_is_answered_empty_when_its_wait_ends()
    {
        await using var stage = await DeliveryStage.StartAsync();
        var consumer = await stage.SubscribeAsync("orders");
        ulong correlation = consumer.Receive(4, TimeSpan.FromSeconds(5));

        await stage.MoveAsync(TimeSpan.FromSeconds(4.9));
        int early = consumer.Output.Answers.Count(answer => answer.Correlation == correlation);
        await stage.MoveAsync(TimeSpan.FromSeconds(0.2));

        Assert.Equal(0, early);
        Assert.Contains((correlation, ServerAnswer.Delivery, default), consumer.Output.Answers);
        Assert.Empty(consumer.Output.Messages);
    }

    [Fact]
    public async Task Receive_without_wait_is_answered_empty_when_there_is_nothing()
    {
        await using var stage = await DeliveryStage.StartAsync();
        var consumer = await stage.SubscribeAsync("orders");

        ulong correlation = consumer.Receive(4);
        await stage.MoveAsync(TimeSpan.FromMilliseconds(1));

        Assert.Contains((correlation, ServerAnswer.Delivery, default), consumer.Output.Answers);
    }

    [Fact]
    public async Task Receive_without_wait_gets_what_is_there_when_the_log_had_no_room_for_a_moment()
    {
        int refusals = 1;
        await using var stage = await DeliveryStage.StartAsync(setting => setting with
        {
            Store = new NarrowStore(setting.Store, type => type == RecordType.Leased && refusals-- > 0) { HasRoomAtOnce = true },
        });
        var consumer = await stage.SubscribeAsync("orders");
        await stage.PublishAsync("orders", DeliveryStage.Bodies(3));

        consumer.Receive(10);
        await stage.IdleAsync();

        Assert.Equal([1L, 2, 3], consumer.Output.Messages.Select(message => message.Offset));
    }

    [Fact]
    public async Task Receive_sends_one_message_when_it_alone_is_larger_than_asked()
    {
        await using var stage = await DeliveryStage.StartAsync();
        var consumer = await stage.SubscribeAsync("orders");
        await stage.PublishAsync("orders", new string('x', 100_000), "b");

        consumer.Receive(10, maxBytes: 1_000);
        await stage.IdleAsync();

        Assert.Equal([1L], consumer.Output.Messages.Select(message => message.Offset));
    }

    [Fact]
    public async Task Receive_is_answered_with_an_error_when_the_subscription_ends_first()
    {
        await using var stage = await DeliveryStage.StartAsync();
        var consumer = await stage.SubscribeAsync("orders");
        ulong waiting = consumer.Receive(4, TimeSpan.FromSeconds(60));

        consumer.Unsubscribe(release: true);
        ulong after = consumer.Receive(4, TimeSpan.FromSeconds(60));
        await stage.IdleAsync();

        Assert.Contains((waiting, ServerAnswer.Error, ErrorCode.SubscriptionEnded), consumer.Output.Answers);
        Assert.Contains((after, ServerAnswer.Error, ErrorCode.SubscriptionEnded), consumer.Output.Answers);
    }
}
