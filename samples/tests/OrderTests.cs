using Forewave.Protocol;
using Forewave.Testing;

namespace Forewave.Samples.Tests;

public sealed class OrderTests
{
    private static readonly QueueName Orders = new("orders");
    private static readonly GroupName Warehouse = new("warehouse");

    [Fact]
    public async Task Order_reaches_the_warehouse_when_it_was_published()
    {
        await using var broker = await TestBroker.StartAsync();
        await using var client = broker.CreateClient();
        await using var producer = client.CreateProducer();
        await using var consumer = client.CreateConsumer(Orders, Warehouse);

        var receipt = await producer.PublishAsync(Orders, "one book"u8.ToArray());
        var received = await consumer.ReceiveAsync(1, TimeSpan.FromSeconds(10));

        Assert.Equal(receipt.MessageId, Assert.Single(received).Id);
    }

    [Fact]
    public async Task Order_comes_again_when_the_warehouse_failed_and_the_back_off_is_over()
    {
        await using var broker = await TestBroker.StartAsync();
        await using var client = broker.CreateClient();
        await using var producer = client.CreateProducer();
        await using var consumer = client.CreateConsumer(Orders, Warehouse);
        await producer.PublishAsync(Orders, "one book"u8.ToArray());

        var first = await consumer.ReceiveAsync(1, TimeSpan.FromSeconds(10));
        await first[0].NackAsync(TimeSpan.FromHours(1), "no stock");
        broker.Clock.Advance(TimeSpan.FromHours(1));
        var second = await consumer.ReceiveAsync(1, TimeSpan.FromSeconds(10));

        Assert.Equal(2u, Assert.Single(second).Attempt.Value);
    }
}
