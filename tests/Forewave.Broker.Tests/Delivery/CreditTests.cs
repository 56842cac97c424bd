using Forewave.Protocol;

namespace Forewave.Broker.Tests.Delivery;

public sealed class CreditTests
{
    [Fact]
    public async Task Credit_brings_messages_in_offset_order_when_they_are_committed()
    {
        await using var stage = await DeliveryStage.StartAsync();
        var consumer = await stage.SubscribeAsync("orders");
        consumer.Credit(100);

        await stage.PublishAsync("orders", "a", "b");
        await stage.PublishAsync("orders", "c");

        Assert.Equal([(1L, "a"), (2L, "b"), (3L, "c")], consumer.Output.Messages.Select(message => (message.Offset, message.Body)));
        Assert.All(consumer.Output.Messages, message => Assert.Equal((1u, "till"), (message.Attempt, message.Producer)));
    }

    [Fact]
    public async Task Credit_in_messages_bounds_what_is_sent()
    {
        await using var stage = await DeliveryStage.StartAsync();
        var consumer = await stage.SubscribeAsync("orders");
        await stage.PublishAsync("orders", DeliveryStage.Bodies(10));

        consumer.Credit(3);
        await stage.IdleAsync();
        int first = consumer.Output.TakeMessages().Count;
        consumer.Credit(4);
        await stage.IdleAsync();

        Assert.Equal(3, first);
        Assert.Equal([4L, 5, 6, 7], consumer.Output.Messages.Select(message => message.Offset));
    }

    [Fact]
    public async Task Credit_in_bytes_sends_one_message_more_at_most()
    {
        await using var stage = await DeliveryStage.StartAsync();
        var consumer = await stage.SubscribeAsync("orders");
        await stage.PublishAsync("orders", new string('x', 1_000), "b", "c");

        consumer.Credit(10, 10);
        await stage.IdleAsync();

        Assert.Single(consumer.Output.Messages);
    }

    [Fact]
    public async Task Ack_settles_what_was_delivered_for_good()
    {
        await using var stage = await DeliveryStage.StartAsync();
        var consumer = await stage.SubscribeAsync("orders");
        consumer.Credit(100);
        await stage.PublishAsync("orders", DeliveryStage.Bodies(70));

        var failures = await consumer.SettleAsync(SettleVerb.Ack, consumer.Output.TakeMessages());
        await stage.MoveAsync(TimeSpan.FromMinutes(10));

        Assert.Empty(failures);
        Assert.Empty(consumer.Output.Messages);
        Assert.Equal((0, 0), (stage.StateOf(consumer).Cursor.Unsettled, stage.StateOf(consumer).Cursor.BlockCount));
    }
}
