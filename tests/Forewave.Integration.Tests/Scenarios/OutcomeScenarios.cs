using Forewave.Client;
using Forewave.Client.Administration;
using Forewave.Client.Consuming;
using Forewave.Protocol;
using Forewave.Testing;

namespace Forewave.Integration.Tests.Scenarios;

/// <summary>Who publishes hears what becomes of a message in a group, on the real broker in the process.</summary>
public abstract class OutcomeScenarios(ScenarioBroker startBroker)
{
    private static readonly QueueName Queue = new("orders");
    private static readonly GroupName Group = new("warehouse");
    private static readonly TimeSpan Soon = TimeSpan.FromSeconds(20);

    [Fact]
    public async Task Wait_ends_when_the_message_is_settled()
    {
        await using var broker = await startBroker();
        await using var client = broker.CreateClient();
        await using var producer = client.CreateProducer();
        var receipt = await producer.PublishAsync(Queue, "m"u8.ToArray());
        await using var consumer = client.CreateConsumer(Queue, Group);
        var message = await OneAsync(consumer);

        var waiting = client.WaitForOutcomeAsync(receipt.MessageId, Group, Soon).AsTask();
        var delivered = await client.WaitForOutcomeAsync(receipt.MessageId, Group, Soon, OutcomeKind.Delivered);
        Assert.False(waiting.IsCompleted);
        await message.AckAsync();
        var outcome = await waiting;

        Assert.True(delivered.IsReached);
        Assert.Equal(MessageState.Leased, delivered.Group!.State);
        Assert.True(outcome is { IsReached: true, IsSettled: true });
    }

    [Fact]
    public async Task Wait_for_a_group_that_is_not_there_yet_ends_with_what_the_group_does()
    {
        await using var broker = await startBroker();
        await using var client = broker.CreateClient();
        await using var producer = client.CreateProducer();
        var receipt = await producer.PublishAsync(Queue, new Message("m"u8.ToArray()) { Tag = "a", Priority = 9 });
        var settled = client.WaitForOutcomeAsync(receipt.MessageId, Group, Soon).AsTask();
        var delivered = client.WaitForOutcomeAsync(receipt.MessageId, Group, Soon, OutcomeKind.Delivered).AsTask();
        var filtered = client.WaitForOutcomeAsync(receipt.MessageId, new GroupName("b"), Soon).AsTask();
        var none = await client.WaitForOutcomeAsync(receipt.MessageId, Group, TimeSpan.Zero);

        await client.Administration.CreateGroupAsync(Queue, new GroupName("b"), new GroupSettings { TagFilter = new TagFilter("b") });
        await using var consumer = client.CreateConsumer(Queue, Group);
        var message = await OneAsync(consumer);
        await delivered;
        await message.AckAsync();

        Assert.Equal((false, (GroupMessage?)null), (none.IsReached, none.Group));
        Assert.True((await settled).IsSettled);
        Assert.Equal(MessageState.Filtered, (await filtered).Group!.State);
    }

    [Fact]
    public async Task Dead_letter_ends_a_wait_and_has_its_place()
    {
        await using var broker = await startBroker();
        await using var client = broker.CreateClient();
        await using var producer = client.CreateProducer();
        var receipt = await producer.PublishAsync(Queue, "poison"u8.ToArray());
        await using var consumer = client.CreateConsumer(Queue, Group);
        var message = await OneAsync(consumer);
        var waiting = client.WaitForOutcomeAsync(receipt.MessageId, Group, Soon).AsTask();

        await message.RejectAsync("cannot be read");
        var outcome = await waiting;

        Assert.Equal((MessageState.Dead, (long?)1), (outcome.Group!.State, outcome.Group.DeadPlace));
        Assert.True(outcome.IsReached);
        Assert.False(outcome.IsSettled);
    }

    [Fact]
    public async Task Acks_up_to_an_offset_end_the_waits_below_it_and_no_others()
    {
        await using var broker = await startBroker();
        await using var client = broker.CreateClient();
        await using var producer = client.CreateProducer();
        var receipts = await producer.PublishManyAsync(Queue, [.. Enumerable.Range(0, 100).Select(i => new Message(new[] { (byte)i }))]);
        await using var consumer = client.CreateConsumer(Queue, Group);
        List<ReceivedMessage> taken = [];
        while (taken.Count < 100)
            taken.AddRange(await consumer.ReceiveAsync(100, Soon));
        var waits = receipts.Select(receipt => client.WaitForOutcomeAsync(receipt.MessageId, Group, Soon).AsTask()).ToArray();

        await taken.MaxBy(message => message.Offset.Value <= 70 ? message.Offset.Value : 0).AckUpToAsync();
        var first = await Task.WhenAll(waits[..70]);
        var states = await Task.WhenAll(receipts.Skip(70).Select(receipt => client.WaitForOutcomeAsync(receipt.MessageId, Group, TimeSpan.Zero).AsTask()));

        Assert.All(first, outcome => Assert.True(outcome.IsSettled));
        Assert.All(states, outcome => Assert.False(outcome.IsReached));
        Assert.All(waits[70..], wait => Assert.False(wait.IsCompleted));
    }

    [Fact]
    public async Task Wait_goes_on_through_a_restart_of_the_broker()
    {
        await using var broker = await startBroker();
        await using var client = broker.CreateClient();
        await using var producer = client.CreateProducer();
        var receipt = await producer.PublishAsync(Queue, "m"u8.ToArray());
        var waiting = client.WaitForOutcomeAsync(receipt.MessageId, Group, Soon).AsTask();

        await broker.RestartAsync();
        await using var consumer = client.CreateConsumer(Queue, Group);
        await (await OneAsync(consumer)).AckAsync();

        Assert.True((await waiting).IsSettled);
    }

    [Fact]
    public async Task Purge_ends_a_wait_as_expired()
    {
        await using var broker = await startBroker();
        await using var client = broker.CreateClient();
        await using var producer = client.CreateProducer();
        var receipt = await producer.PublishAsync(Queue, "m"u8.ToArray());
        await client.Administration.CreateGroupAsync(Queue, Group);
        var waiting = client.WaitForOutcomeAsync(receipt.MessageId, Group, Soon).AsTask();
        await client.WaitForOutcomeAsync(receipt.MessageId, Group, TimeSpan.Zero);

        await client.Administration.PurgeQueueAsync(Queue);

        try
        {
            Assert.Equal(MessageState.Expired, (await waiting).Group!.State);
        }
        catch (ForewaveException gone)
        {
            // The purge came before the wait.
            Assert.Equal(ErrorCode.MessageNotFound, gone.Code);
        }
    }

    [Fact]
    public async Task Scheduled_message_is_waited_for_through_its_delay()
    {
        await using var broker = await startBroker();
        await using var client = broker.CreateClient();
        await using var producer = client.CreateProducer();
        var receipt = await producer.PublishAsync(Queue, new Message("m"u8.ToArray()) { Delay = TimeSpan.FromSeconds(5) });
        await using var consumer = client.CreateConsumer(Queue, Group);
        await consumer.SubscribedAsync();
        var before = await client.WaitForOutcomeAsync(receipt.MessageId, Group, TimeSpan.Zero);
        var waiting = client.WaitForOutcomeAsync(receipt.MessageId, Group, Soon).AsTask();

        broker.Clock.Advance(TimeSpan.FromSeconds(6));
        await (await OneAsync(consumer)).AckAsync();
        while (!waiting.IsCompleted)
        {
            broker.Clock.Advance(TimeSpan.FromMilliseconds(100));
            await Task.Yield();
        }

        Assert.Equal((MessageWhere.Scheduled, false), (before.Where, before.IsReached));
        Assert.True((await waiting).IsSettled);
    }

    [Fact]
    public async Task Waits_of_one_client_hold_up_none_of_its_requests()
    {
        await using var broker = await startBroker();
        await using var client = broker.CreateClient();
        await using var producer = client.CreateProducer();
        var receipt = await producer.PublishAsync(Queue, "m"u8.ToArray());
        using CancellationTokenSource stop = new();
        var waits = Enumerable.Range(0, 600)
            .Select(_ => client.WaitForOutcomeAsync(receipt.MessageId, Group, TimeSpan.FromMinutes(5), cancellation: stop.Token).AsTask()).ToArray();

        await producer.PublishAsync(Queue, "n"u8.ToArray());
        Assert.Equal(2, (await client.Administration.ShowQueueAsync(Queue)).Messages);
        await stop.CancelAsync();

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => Task.WhenAll(waits));
    }

    private static async Task<ReceivedMessage> OneAsync(Consumer consumer) => Assert.Single(await consumer.ReceiveAsync(1, Soon));
}
