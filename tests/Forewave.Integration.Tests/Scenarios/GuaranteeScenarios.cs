using Forewave.Client.Consuming;
using Forewave.Protocol;
using Forewave.Testing;

namespace Forewave.Integration.Tests.Scenarios;

/// <summary>The three guarantees, each with something that tries to break it, on the real broker in the process.</summary>
public abstract class GuaranteeScenarios(ScenarioBroker startBroker)
{
    private static readonly QueueName Queue = new("orders");
    private static readonly GroupName Group = new("warehouse");
    private static readonly TimeSpan Soon = TimeSpan.FromSeconds(20);

    [Fact]
    public async Task At_least_once_delivers_again_when_the_lease_expired()
    {
        await using var broker = await startBroker();
        await using var client = broker.CreateClient();
        await using var producer = client.CreateProducer();
        var receipt = await producer.PublishAsync(Queue, "order"u8.ToArray());
        await using var consumer = client.CreateConsumer(Queue, Group);

        var first = await OneAsync(consumer);
        broker.Clock.Advance(Limits.DefaultVisibilityTimeout + TimeSpan.FromSeconds(1));
        var second = await OneAsync(consumer);
        await second.AckAsync();

        Assert.Equal(receipt.MessageId, first.Id);
        Assert.Equal(receipt.MessageId, second.Id);
        Assert.Equal([1, 2], new[] { (int)first.Attempt.Value, (int)second.Attempt.Value });
        Assert.Equal(0, (await client.Administration.ShowGroupAsync(Queue, Group)).Leased);
    }

    [Fact]
    public async Task At_most_once_delivers_never_again_when_the_consumer_died_with_the_message()
    {
        await using var broker = await startBroker();
        await using var client = broker.CreateClient();
        await using var producer = client.CreateProducer();
        await producer.PublishAsync(Queue, "first"u8.ToArray());
        var died = client.CreateConsumer(Queue, Group, new ConsumerOptions { AtMostOnce = true, PrefetchMessages = 1 });
        var lost = await OneAsync(died);
        await died.DisposeAsync();

        await broker.RestartAsync();
        broker.Clock.Advance(TimeSpan.FromMinutes(10));
        await producer.PublishAsync(Queue, "second"u8.ToArray());
        await using var next = client.CreateConsumer(Queue, Group, new ConsumerOptions { AtMostOnce = true });
        var received = await OneAsync(next);

        Assert.Equal("first"u8.ToArray(), lost.Body.ToArray());
        Assert.Equal("second"u8.ToArray(), received.Body.ToArray());
    }

    [Fact]
    public async Task Effect_once_holds_with_an_inbox_when_a_message_comes_again()
    {
        await using var broker = await startBroker();
        await using var client = broker.CreateClient();
        await using var producer = client.CreateProducer();
        await producer.PublishAsync(Queue, "pay"u8.ToArray());
        HashSet<MessageId> inbox = [];
        int effects = 0;

        for (int delivery = 0; delivery < 3; delivery++)
        {
            await using var consumer = client.CreateConsumer(Queue, Group);
            var message = await OneAsync(consumer);
            effects += inbox.Add(message.Id) ? 1 : 0;
            broker.Clock.Advance(Limits.DefaultVisibilityTimeout + TimeSpan.FromSeconds(1));
        }

        Assert.Equal(1, effects);
    }

    [Fact]
    public async Task Acked_messages_stay_acked_when_the_broker_restarts()
    {
        await using var broker = await startBroker();
        await using var client = broker.CreateClient();
        await using var producer = client.CreateProducer();
        for (int i = 0; i < 10; i++)
            await producer.PublishAsync(Queue, new[] { (byte)i });
        await using (var consumer = client.CreateConsumer(Queue, Group, new ConsumerOptions { PrefetchMessages = 4 }))
        {
            for (int i = 0; i < 4; i++)
                await (await OneAsync(consumer)).AckAsync();
        }

        await broker.RestartAsync();
        await using var again = client.CreateConsumer(Queue, Group);
        List<byte> rest = [];
        while (rest.Count < 6)
            rest.AddRange((await again.ReceiveAsync(100, Soon)).Select(message => message.Body.Span[0]));

        // What had been released and what had never been handed out come from disk by themselves, in either order.
        Assert.Equal<byte>([4, 5, 6, 7, 8, 9], rest.Order());
    }

    [Fact]
    public async Task Poison_message_is_a_dead_letter_of_its_group_and_comes_back_by_a_redrive()
    {
        await using var broker = await startBroker();
        await using var client = broker.CreateClient();
        await using var producer = client.CreateProducer();
        var receipt = await producer.PublishAsync(Queue, "poison"u8.ToArray());
        await using var consumer = client.CreateConsumer(Queue, Group);
        await (await OneAsync(consumer)).RejectAsync("cannot be read");

        var letters = await client.Administration.ListDeadLettersAsync(Queue, Group).ToListAsync();
        long redriven = await client.Administration.RedriveAsync(Queue, Group);
        var again = await OneAsync(consumer);

        Assert.Equal(receipt.MessageId, Assert.Single(letters).Id);
        Assert.Equal("cannot be read", letters[0].Reason);
        Assert.Equal(1, redriven);
        Assert.True(again.IsRedriven);
        Assert.Equal("poison"u8.ToArray(), again.Body.ToArray());
    }

    private static async Task<ReceivedMessage> OneAsync(Consumer consumer)
    {
        var messages = await consumer.ReceiveAsync(1, Soon);
        return Assert.Single(messages);
    }
}
