using Forewave.Client;
using Forewave.Client.Administration;
using Forewave.Client.Producing;
using Forewave.Client.Requesting;
using Forewave.Client.Transactions;
using Forewave.Protocol;
using Forewave.Testing;

namespace Forewave.Integration.Tests.Scenarios;

/// <summary>Requests and replies over the real broker in the process.</summary>
public abstract class RequestScenarios(ScenarioBroker startBroker)
{
    private static readonly QueueName Queue = new("prices");
    private static readonly GroupName Group = new("pricing");
    private static readonly TimeSpan Soon = TimeSpan.FromSeconds(20);

    [Fact]
    public async Task Each_request_gets_its_own_reply()
    {
        await using var broker = await startBroker();
        await using var client = broker.CreateClient();
        await using var requester = client.CreateRequester();
        await using var replier = client.CreateReplier();
        await using var consumer = client.CreateConsumer(Queue, Group);
        using CancellationTokenSource stop = new();
        var serving = replier.RunAsync(
            consumer, (request, _) => ValueTask.FromResult(new Message(request.Body) { Tag = "price" }), concurrency: 4, stop.Token);

        var replies = await Task.WhenAll(Enumerable.Range(0, 200).Select(
            i => requester.RequestAsync(Queue, new Message(new[] { (byte)i }), Soon).AsTask()));
        await stop.CancelAsync();
        await serving;

        Assert.Equal(Enumerable.Range(0, 200), replies.Select(reply => (int)reply.Body.Span[0]));
        Assert.All(replies, reply => Assert.Equal("price", reply.Tag));
        Assert.Equal((0, 0L, 0L), (requester.Pending, requester.LateReplies, replier.UnwantedReplies));
    }

    [Fact]
    public async Task Failure_of_the_responder_is_told_and_the_request_is_done_with()
    {
        await using var broker = await startBroker();
        await using var client = broker.CreateClient();
        await using var requester = client.CreateRequester();
        await using var replier = client.CreateReplier();
        await using var consumer = client.CreateConsumer(Queue, Group);
        using CancellationTokenSource stop = new();
        var serving = replier.RunAsync(
            consumer, (_, _) => throw new ForewaveException(ErrorCode.RequestFailed, "no such article"), cancellation: stop.Token);

        var failure = await Assert.ThrowsAsync<ForewaveException>(async () => await requester.RequestAsync(Queue, new Message("4711"u8.ToArray()), Soon));
        await stop.CancelAsync();
        await serving;
        await consumer.FlushAsync();

        Assert.Equal((ErrorCode.RequestFailed, "no such article"), (failure.Code, failure.Detail));
        Assert.Equal((0, 0), await UnsettledAsync(client));
    }

    [Fact]
    public async Task Request_without_a_responder_ends_at_its_deadline_and_a_late_reply_is_dropped()
    {
        await using var broker = await startBroker();
        await using var client = broker.CreateClient();
        await using var requester = client.CreateRequester();
        await using var replier = client.CreateReplier();

        var failure = await Assert.ThrowsAsync<ForewaveException>(
            async () => await requester.RequestAsync(Queue, new Message("4711"u8.ToArray()), TimeSpan.FromSeconds(3)));
        await using var consumer = client.CreateConsumer(Queue, Group);
        var request = Assert.Single(await consumer.ReceiveAsync(1, Soon));
        bool isWanted = await replier.ReplyAsync(request, new Message("late"u8.ToArray()));
        while (requester.LateReplies == 0)
            await Task.Yield();

        Assert.Equal(ErrorCode.NoReply, failure.Code);
        Assert.True(isWanted);
        Assert.Equal((0, 1L), (requester.Pending, requester.LateReplies));
    }

    [Fact]
    public async Task Reply_queue_goes_with_its_requester_and_a_reply_does_not_bring_it_back()
    {
        await using var broker = await startBroker();
        await using var client = broker.CreateClient();
        await using var replier = client.CreateReplier();
        await using var consumer = client.CreateConsumer(Queue, Group);
        var requester = client.CreateRequester();
        var waiting = requester.RequestAsync(Queue, new Message("4711"u8.ToArray()), Soon).AsTask();
        var request = Assert.Single(await consumer.ReceiveAsync(1, Soon));
        var replies = await client.Administration.ShowQueueAsync(requester.ReplyQueue);
        await requester.DisposeAsync();

        bool isWanted = await replier.ReplyAsync(request, new Message("late"u8.ToArray()));

        Assert.Equal(TimeSpan.FromMinutes(10), replies.DeleteWhenIdle);
        Assert.Equal(ErrorCode.ClientClosed, (await Assert.ThrowsAsync<ForewaveException>(() => waiting)).Code);
        Assert.False(isWanted);
        Assert.Equal(1, replier.UnwantedReplies);
        Assert.Equal(["prices"], (await client.Administration.ListQueuesAsync().ToListAsync()).Select(queue => queue.Name.Value));
    }

    [Fact]
    public async Task Requester_goes_on_when_its_reply_queue_was_deleted()
    {
        await using var broker = await startBroker();
        await using var client = broker.CreateClient();
        await using var requester = client.CreateRequester();
        await using var replier = client.CreateReplier();
        await using var consumer = client.CreateConsumer(Queue, Group);
        var waiting = requester.RequestAsync(Queue, new Message("1"u8.ToArray()), Soon).AsTask();
        var first = Assert.Single(await consumer.ReceiveAsync(1, Soon));
        await first.AckAsync();
        await client.Administration.DeleteQueueAsync(requester.ReplyQueue);
        var failure = await Assert.ThrowsAsync<ForewaveException>(() => waiting);

        var again = requester.RequestAsync(Queue, new Message("2"u8.ToArray()), Soon).AsTask();
        var second = Assert.Single(await consumer.ReceiveAsync(1, Soon));
        await replier.ReplyAsync(second, new Message("yes"u8.ToArray()));

        Assert.Equal(ErrorCode.NoReply, failure.Code);
        Assert.Equal("yes"u8.ToArray(), (await again).Body.ToArray());
    }

    [Fact]
    public async Task Message_that_is_no_request_is_rejected()
    {
        await using var broker = await startBroker();
        await using var client = broker.CreateClient();
        await using var producer = client.CreateProducer();
        await using var replier = client.CreateReplier();
        await using var consumer = client.CreateConsumer(Queue, Group);
        var receipt = await producer.PublishAsync(Queue, "no request"u8.ToArray());
        using CancellationTokenSource stop = new();
        var serving = replier.RunAsync(consumer, (request, _) => ValueTask.FromResult(new Message(request.Body)), cancellation: stop.Token);

        var outcome = await client.WaitForOutcomeAsync(receipt.MessageId, Group, Soon);
        await stop.CancelAsync();
        await serving;

        Assert.Equal(MessageState.Dead, outcome.Group!.State);
    }

    [Fact]
    public async Task Idle_queue_is_deleted_when_nobody_used_it_for_its_time_and_not_before()
    {
        await using var broker = await startBroker();
        await using var client = broker.CreateClient();
        await using var producer = client.CreateProducer();
        var idle = new QueueSettings { DeleteWhenIdle = TimeSpan.FromMinutes(1) };
        await client.Administration.CreateQueueAsync(new QueueName("left"), idle);
        await client.Administration.CreateQueueAsync(new QueueName("read"), idle);
        await client.Administration.CreateQueueAsync(new QueueName("prepared"), idle);
        await client.Administration.CreateQueueAsync(new QueueName("kept"));
        await broker.RestartAsync();
        await using var consumer = client.CreateConsumer(new QueueName("read"), Group);
        await consumer.SubscribedAsync();
        await using var shop = client.CreateProducer(new ProducerOptions { CheckBack = static (_, _) => ValueTask.FromResult(TransactionOutcome.Unknown) });
        var transaction = await shop.BeginTransactionAsync();
        await transaction.PublishAsync(new QueueName("prepared"), new Message("m"u8.ToArray()));

        await RoundsAsync(broker, client, TimeSpan.FromSeconds(50));
        string[] before = await NamesAsync(client);
        string[] after;
        do
        {
            await RoundsAsync(broker, client, TimeSpan.FromSeconds(20));
            after = await NamesAsync(client);
        }
        while (after.Length == 4);
        await transaction.CommitAsync();

        Assert.Equal(["kept", "left", "prepared", "read"], before);
        Assert.Equal(["kept", "prepared", "read"], after);
    }

    // The retention loop goes round every 10 seconds of the broker's clock; a round needs the thread pool.
    private static async Task RoundsAsync(TestBroker broker, ForewaveClient client, TimeSpan time)
    {
        for (var passed = TimeSpan.Zero; passed < time; passed += TimeSpan.FromSeconds(10))
        {
            broker.Clock.Advance(TimeSpan.FromSeconds(10));
            for (int i = 0; i < 20; i++)
                await client.Administration.ShowBrokerAsync();
        }
    }

    private static async Task<string[]> NamesAsync(ForewaveClient client) =>
        [.. (await client.Administration.ListQueuesAsync().ToListAsync()).Select(queue => queue.Name.Value)];

    private static async Task<(long Leased, long Waiting)> UnsettledAsync(ForewaveClient client)
    {
        var group = await client.Administration.ShowGroupAsync(Queue, Group);
        return (group.Leased, group.Waiting);
    }
}
