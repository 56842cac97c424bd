using Forewave.Client;
using Forewave.Client.Administration;
using Forewave.Client.Consuming;
using Forewave.Protocol;
using Forewave.Testing;
using Kind = Forewave.Client.Administration.TraceEventKind;

namespace Forewave.Integration.Tests.Scenarios;

/// <summary>What happened to a message is told: failures of any, everything where its queue asks for it.</summary>
public abstract class TraceScenarios(ScenarioBroker startBroker)
{
    private static readonly QueueName Queue = new("orders");
    private static readonly GroupName Group = new("warehouse");
    private static readonly TimeSpan Soon = TimeSpan.FromSeconds(20);

    [Fact]
    public async Task Failures_are_told_of_a_queue_that_is_not_traced()
    {
        await using var broker = await startBroker();
        await using var client = broker.CreateClient();
        await using var producer = client.CreateProducer();
        var receipt = await producer.PublishAsync(Queue, "m"u8.ToArray());
        await using var consumer = client.CreateConsumer(Queue, Group, new ConsumerOptions { Name = new ConsumerName("worker-7") });
        await (await OneAsync(consumer)).NackAsync(TimeSpan.FromMilliseconds(1), "busy");
        broker.Clock.Advance(TimeSpan.FromSeconds(1));
        var again = await OneAsync(consumer);

        var leased = await client.Administration.Messages.TraceAsync(receipt.MessageId);
        await again.RejectAsync("cannot be read");
        await client.WaitForOutcomeAsync(receipt.MessageId, Group, Soon);
        var dead = await client.Administration.Messages.TraceAsync(receipt.MessageId);

        Assert.False(leased.IsTraced);
        Assert.Equal([(Kind.Stored, 0u), (Kind.Failed, 1u), (Kind.Delivered, 2u)], EventsOf(leased));
        Assert.Equal([(Kind.Stored, 0u), (Kind.Failed, 1u), (Kind.Failed, 2u), (Kind.Dead, 2u)], EventsOf(dead));
        Assert.All(dead.Events.Where(one => one.Kind == Kind.Failed), one => Assert.Equal("worker-7", one.Consumer));
        Assert.Equal(["busy", "cannot be read"], dead.Events.Where(one => one.Kind == Kind.Failed).Select(one => one.Reason));
    }

    [Fact]
    public async Task Everything_is_told_of_a_queue_that_is_traced_through_restarts()
    {
        await using var broker = await startBroker();
        await using var client = broker.CreateClient();
        await using var producer = client.CreateProducer();
        await client.Administration.CreateQueueAsync(Queue, new QueueSettings { Trace = true });
        var receipts = await producer.PublishManyAsync(
            Queue, [.. Enumerable.Range(0, 50).Select(i => new Message(new[] { (byte)i }) { Priority = i % 2 == 0 ? 4 : 9 })]);
        await using (var consumer = client.CreateConsumer(Queue, Group, new ConsumerOptions { Name = new ConsumerName("worker-7") }))
        {
            for (int taken = 0; taken < 50;)
            {
                foreach (var message in await consumer.ReceiveAsync(50, Soon))
                {
                    taken++;
                    if (message.Id == receipts[20].MessageId)
                        await message.NackAsync(TimeSpan.FromMilliseconds(1), "busy");
                    else if (message.Id == receipts[21].MessageId)
                        await message.RejectAsync("cannot be read");
                    else
                        await message.AckAsync();
                }
            }
            await client.WaitForOutcomeAsync(receipts[21].MessageId, Group, Soon);
        }
        await broker.RestartAsync();
        broker.Clock.Advance(TimeSpan.FromSeconds(1));
        await using (var consumer = client.CreateConsumer(Queue, Group))
            await (await OneAsync(consumer)).AckAsync();
        await client.Administration.RedriveAsync(Queue, Group);
        await using (var consumer = client.CreateConsumer(Queue, Group))
            await (await OneAsync(consumer)).AckAsync();

        for (int life = 0; life < 2; life++)
        {
            var acked = await client.Administration.Messages.TraceAsync(receipts[3].MessageId);
            var failed = await client.Administration.Messages.TraceAsync(receipts[20].MessageId);
            var redriven = await client.Administration.Messages.TraceAsync(receipts[21].MessageId);

            Assert.True(acked.IsTraced);
            Assert.Equal([(Kind.Stored, 0u), (Kind.Delivered, 1u), (Kind.Acked, 1u)], EventsOf(acked));
            Assert.Equal("worker-7", acked.Events[1].Consumer);
            Assert.Equal([(Kind.Stored, 0u), (Kind.Delivered, 1u), (Kind.Failed, 1u), (Kind.Delivered, 2u), (Kind.Acked, 2u)], EventsOf(failed));
            Assert.Equal("busy", failed.Events[2].Reason);
            Assert.Equal((Kind.Dead, "cannot be read"), (redriven.Events[2].Kind, redriven.Events[2].Reason));
            Assert.Equal(Kind.Acked, redriven.Events[^1].Kind);
            await broker.RestartAsync();
        }
    }

    [Fact]
    public async Task Trace_goes_with_its_messages_when_their_retention_is_over()
    {
        await using var broker = await startBroker();
        await using var client = broker.CreateClient();
        await using var producer = client.CreateProducer();
        await client.Administration.CreateQueueAsync(Queue, new QueueSettings { Trace = true, Retention = TimeSpan.FromHours(1) });
        var old = await producer.PublishAsync(Queue, "old"u8.ToArray());
        await using var consumer = client.CreateConsumer(Queue, Group);
        await (await OneAsync(consumer)).AckAsync();
        broker.Clock.Advance(TimeSpan.FromMinutes(50));
        var young = await producer.PublishAsync(Queue, "young"u8.ToArray());
        await (await OneAsync(consumer)).AckAsync();

        var error = ErrorCode.None;
        while (error == ErrorCode.None)
        {
            broker.Clock.Advance(TimeSpan.FromSeconds(15));
            try
            {
                await client.Administration.Messages.TraceAsync(old.MessageId);
            }
            catch (ForewaveException gone)
            {
                error = gone.Code;
            }
        }
        var kept = await client.Administration.Messages.TraceAsync(young.MessageId);

        Assert.Equal(ErrorCode.MessageNotFound, error);
        Assert.Equal([Kind.Stored, Kind.Delivered, Kind.Acked], kept.Events.Select(one => one.Kind));
    }

    [Fact]
    public async Task Scheduled_message_is_traced_from_its_publish_to_its_release()
    {
        await using var broker = await startBroker();
        await using var client = broker.CreateClient();
        await using var producer = client.CreateProducer();
        var receipt = await producer.PublishAsync(Queue, new Message("m"u8.ToArray()) { Delay = TimeSpan.FromMinutes(1) });
        var before = await client.Administration.Messages.TraceAsync(receipt.MessageId);
        broker.Clock.Advance(TimeSpan.FromMinutes(2));
        await using var consumer = client.CreateConsumer(Queue, Group);
        await OneAsync(consumer);

        var after = await client.Administration.Messages.TraceAsync(receipt.MessageId);

        Assert.Equal([Kind.Stored], before.Events.Select(one => one.Kind));
        Assert.NotNull(before.Events[0].Until);
        Assert.Equal([Kind.Stored, Kind.Released, Kind.Delivered], after.Events.Select(one => one.Kind));
    }

    [Fact]
    public async Task Expired_message_ends_a_wait_and_is_told_so_in_its_trace()
    {
        await using var broker = await startBroker();
        await using var client = broker.CreateClient();
        await using var producer = client.CreateProducer();
        await client.Administration.CreateQueueAsync(Queue, new QueueSettings { Trace = true });
        await client.Administration.CreateGroupAsync(Queue, Group);
        var receipt = await producer.PublishAsync(Queue, new Message("m"u8.ToArray()) { TimeToLive = TimeSpan.FromSeconds(5) });
        var waiting = client.WaitForOutcomeAsync(receipt.MessageId, Group, TimeSpan.FromMinutes(10)).AsTask();
        broker.Clock.Advance(TimeSpan.FromSeconds(6));
        await using var consumer = client.CreateConsumer(Queue, Group);
        await producer.PublishAsync(Queue, "next"u8.ToArray());
        await OneAsync(consumer);

        var trace = await client.Administration.Messages.TraceAsync(receipt.MessageId);
        var shown = await client.Administration.Messages.ShowAsync(receipt.MessageId);

        Assert.Equal([Kind.Stored, Kind.Expired], trace.Events.Select(one => one.Kind));
        Assert.Equal(shown.PublishTime + TimeSpan.FromSeconds(5), shown.ExpiresAt);
        Assert.Contains((await waiting).Group!.State, new[] { MessageState.Expired, MessageState.Settled });
    }

    private static IEnumerable<(Kind, uint)> EventsOf(MessageTrace trace) => trace.Events.Select(one => (one.Kind, one.Attempt?.Value ?? 0));

    private static async Task<ReceivedMessage> OneAsync(Consumer consumer) => Assert.Single(await consumer.ReceiveAsync(1, Soon));
}
