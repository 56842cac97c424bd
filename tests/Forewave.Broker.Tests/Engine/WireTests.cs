using Forewave.Broker.Tests.Fakes;
using Forewave.Protocol;
using Forewave.Storage.Files.Disk;
using Google.Protobuf;
using V1 = Forewave.Protocol.V1;

namespace Forewave.Broker.Tests.Engine;

/// <summary>Whole ways over the wire, on the embedded store.</summary>
public sealed class WireTests
{
    private static readonly ProducerId Id = new(11);

    [Fact]
    public async Task Message_is_published_delivered_to_credit_and_settled()
    {
        await using var engine = await TestEngine.StartOnDiskAsync(new MemoryDisk(), new MovedTime());
        var client = await TestClient.GreetedAsync(engine.Engine);
        uint producer = await client.OpenProducerAsync(Id, "shop");
        uint queue = await client.OpenQueueAsync("orders");
        var receipt = await client.PublishAsync(producer, TestClient.Batch(queue, 1, 3));
        var subscribed = await SubscribeAsync(client, "orders", "billing");

        await client.SendBytesAsync(Credit(subscribed.Subscription, 10));
        var delivery = (await client.ReadAsync())!.Delivery;
        var run = Assert.Single(delivery.Runs);
        var settled = await client.AskAsync(Ack(subscribed, run));

        Assert.Equal(receipt.FirstPosition, run.FirstPosition);
        Assert.Equal((1ul, 1u, "shop"), (run.FirstOffset, run.Attempt, run.ProducerName));
        Assert.Equal(["1", "2", "3"], Bodies(run));
        Assert.Empty(settled.Settled.Failures);
        var group = await AskAsync(client, new() { ShowGroup = new() { Queue = "orders", Group = "billing" } });
        Assert.Equal((0ul, 0ul, 1u), (group.Group.Leased, group.Group.Unread, group.Group.Consumers));
    }

    [Fact]
    public async Task Pull_waits_for_a_message_and_ends_empty()
    {
        await using var engine = await TestEngine.StartOnDiskAsync(new MemoryDisk(), new MovedTime());
        var client = await TestClient.GreetedAsync(engine.Engine);
        uint producer = await client.OpenProducerAsync(Id);
        uint queue = await client.OpenQueueAsync("orders");
        var subscribed = await SubscribeAsync(client, "orders", "billing");

        ulong pull = await client.SendAsync(Receive(subscribed.Subscription, TimeSpan.FromSeconds(5)));
        await client.SendAsync(TestClient.PublishFrame(producer, TestClient.Batch(queue, 1, 1)));
        var frames = new[] { (await client.ReadAsync())!, (await client.ReadAsync())! };
        var wait = TimeSpan.FromSeconds(4.5);
        ulong second = await client.SendAsync(Receive(subscribed.Subscription, wait));
        var empty = client.AnswerToAsync(second);
        await engine.Time.MoveUntilAsync(empty, wait);

        var delivery = Assert.Single(frames, frame => frame.Delivery is not null);
        Assert.Equal(pull, delivery.Correlation);
        Assert.Single(delivery.Delivery.Runs);
        Assert.Empty((await empty).Delivery.Runs);
    }

    [Fact]
    public async Task Everything_is_there_after_a_restart()
    {
        var disk = new MemoryDisk();
        var time = new MovedTime();
        var engine = await TestEngine.StartOnDiskAsync(disk, time);
        var client = await TestClient.GreetedAsync(engine.Engine);
        uint producer = await client.OpenProducerAsync(Id, "shop");
        uint queue = await client.OpenQueueAsync("orders");
        await client.PublishAsync(producer, TestClient.Batch(queue, 1, 10));
        var subscribed = await SubscribeAsync(client, "orders", "billing");
        var first = (await client.AskAsync(Receive(subscribed.Subscription, TimeSpan.Zero, max: 4))).Delivery;
        await client.AskAsync(Ack(subscribed, first.Runs[0]));
        await engine.DisposeAsync();

        await using var again = await TestEngine.StartOnDiskAsync(disk, time);
        client = await TestClient.GreetedAsync(again.Engine);
        producer = await client.OpenProducerAsync(Id, "shop");
        queue = await client.OpenQueueAsync("orders");
        var repeat = await client.PublishAsync(producer, TestClient.Batch(queue, 1, 10));
        subscribed = await SubscribeAsync(client, "orders", "billing");
        var rest = (await client.AskAsync(Receive(subscribed.Subscription, TimeSpan.Zero, max: 100))).Delivery;

        Assert.True(repeat.Duplicate);
        Assert.Equal(["1", "2", "3", "4"], Bodies(first.Runs[0]));
        Assert.Equal(["5", "6", "7", "8", "9", "10"], rest.Runs.SelectMany(Bodies));
        Assert.Equal("shop", rest.Runs[0].ProducerName);
    }

    [Fact]
    public async Task Retention_frees_what_is_old_and_tells_the_group()
    {
        var time = new MovedTime();
        await using var engine = await TestEngine.StartOnDiskAsync(new MemoryDisk(), time);
        var client = await TestClient.GreetedAsync(engine.Engine);
        await AskAsync(client, new() { CreateQueue = new() { Queue = "short", Options = new() { Retention = 60_000 } } });
        await AskAsync(client, new() { SetGroup = new() { Queue = "short", Group = "slow", Create = true } });
        uint producer = await client.OpenProducerAsync(Id);
        uint queue = await client.OpenQueueAsync("short");
        await client.PublishAsync(producer, TestClient.Batch(queue, 1, 5));
        var moved = TimeSpan.Zero;
        V1.GroupDetails group;

        // The loop's rounds run beside: it may take more moves than its interval says.
        do
        {
            time.Move(TimeSpan.FromSeconds(8));
            moved += TimeSpan.FromSeconds(8);
            group = (await AskAsync(client, new() { ShowGroup = new() { Queue = "short", Group = "slow" } })).Group;
        }
        while (group.Missed == 0 && moved < TimeSpan.FromDays(2));
        var shown = await AskAsync(client, new() { ShowQueue = new() { Queue = "short" } });

        Assert.Equal(5ul, group.Missed);
        Assert.True(moved >= TimeSpan.FromSeconds(50), $"gone after {moved}");
        Assert.Equal((6ul, 6ul, 0ul), (shown.Queue.FirstOffset, shown.Queue.NextOffset, shown.Queue.Messages));
    }

    [Fact]
    public async Task Purge_empties_a_queue_and_delete_ends_its_consumers()
    {
        await using var engine = await TestEngine.StartOnDiskAsync(new MemoryDisk(), new MovedTime());
        var client = await TestClient.GreetedAsync(engine.Engine);
        uint producer = await client.OpenProducerAsync(Id);
        uint queue = await client.OpenQueueAsync("orders");
        await client.PublishAsync(producer, TestClient.Batch(queue, 1, 7));

        var purged = await AskAsync(client, new() { PurgeQueue = new() { Queue = "orders" } });
        var shown = await AskAsync(client, new() { ShowQueue = new() { Queue = "orders" } });
        var subscribed = await SubscribeAsync(client, "orders", "billing");
        ulong delete = await client.SendAsync(new() { Administration = new() { DeleteQueue = new() { Queue = "orders" } } });
        var frames = new[] { (await client.ReadAsync())!, (await client.ReadAsync())! };

        Assert.Equal(7ul, purged.Changed.Messages);
        Assert.Equal((0ul, 8ul), (shown.Queue.Messages, shown.Queue.NextOffset));
        Assert.Single(frames, frame => frame.Correlation == delete);
        Assert.Equal(subscribed.Subscription, Assert.Single(frames, frame => frame.SubscriptionEnded is not null).SubscriptionEnded.Subscription);
    }

    [Fact]
    public async Task Dead_letter_is_listed_shown_and_redriven()
    {
        await using var engine = await TestEngine.StartOnDiskAsync(new MemoryDisk(), new MovedTime());
        var client = await TestClient.GreetedAsync(engine.Engine);
        uint producer = await client.OpenProducerAsync(Id);
        uint queue = await client.OpenQueueAsync("orders");
        var receipt = await client.PublishAsync(producer, TestClient.Batch(queue, 1, 1));
        var subscribed = await SubscribeAsync(client, "orders", "billing");
        var run = (await client.AskAsync(Receive(subscribed.Subscription, TimeSpan.Zero))).Delivery.Runs[0];
        await client.AskAsync(Settle(subscribed, run, V1.SettleVerb.Reject, "no such customer"));

        var listed = (await AskAsync(client, new() { ListDead = new() { Queue = "orders", Group = "billing" } })).Dead;
        var letter = Assert.Single(listed.Letters);
        var shown = (await AskAsync(client, new() { ShowDead = new() { Queue = "orders", Group = "billing", Place = letter.Place } })).DeadLetter;
        var redriven = await AskAsync(client, new() { RedriveDead = new() { Queue = "orders", Group = "billing", All = true } });
        var again = (await client.AskAsync(Receive(subscribed.Subscription, TimeSpan.Zero))).Delivery.Runs[0];

        Assert.Equal(new MessageId(default, LogPosition.FromBits(receipt.FirstPosition)).ToString(), letter.MessageId);
        Assert.Equal("no such customer", letter.Reason);
        Assert.Equal("1", V1.Message.Parser.ParseFrom(shown.Message).Body.ToStringUtf8());
        Assert.Equal(1ul, redriven.Changed.Messages);
        Assert.True(again.Redriven);
    }

    [Fact]
    public async Task Settle_of_broken_runs_fails_those_runs_alone()
    {
        await using var engine = await TestEngine.StartOnDiskAsync(new MemoryDisk(), new MovedTime());
        var client = await TestClient.GreetedAsync(engine.Engine);
        uint producer = await client.OpenProducerAsync(Id);
        uint queue = await client.OpenQueueAsync("orders");
        await client.PublishAsync(producer, TestClient.Batch(queue, 1, 2));
        var subscribed = await SubscribeAsync(client, "orders", "billing");
        var run = (await client.AskAsync(Receive(subscribed.Subscription, TimeSpan.Zero))).Delivery.Runs[0];
        var frame = Ack(subscribed, run);
        frame.Settle.Runs.Insert(0, new V1.SettleRun { QueueId = 1 });
        frame.Settle.Runs.Add(new V1.SettleRun { QueueId = 999, GroupId = 999, FirstOffset = 1, Count = 1, Attempt = 1, Epoch = 1, Verb = V1.SettleVerb.Ack });

        var settled = (await client.AskAsync(frame)).Settled;

        Assert.Equal([(0u, ErrorCode.FieldInvalid), (2u, ErrorCode.HandleInvalid)],
            settled.Failures.Select(failure => (failure.Run, (ErrorCode)failure.Error.Number)));
    }

    [Fact]
    public async Task Consumer_that_does_not_read_gets_no_more_until_it_does()
    {
        await using var engine = await TestEngine.StartOnDiskAsync(new MemoryDisk(), new MovedTime());
        var slow = await TestClient.GreetedAsync(engine.Engine, towardsClientBytes: 4_096);
        var client = await TestClient.GreetedAsync(engine.Engine);
        uint producer = await client.OpenProducerAsync(Id);
        uint queue = await client.OpenQueueAsync("orders");
        var subscribed = await SubscribeAsync(slow, "orders", "slow");
        await slow.SendBytesAsync(Credit(subscribed.Subscription, 1_000_000));
        ulong next = 1;
        for (; next < 3_000; next += 100)
            await client.PublishAsync(producer, TestClient.Batch(queue, next, 100));

        var stalled = (await AskAsync(client, new() { ShowGroup = new() { Queue = "orders", Group = "slow" } })).Group;
        ulong received = 0;
        while (received < next - 1)
        {
            foreach (var run in (await slow.ReadAsync())!.Delivery.Runs)
            {
                Assert.Equal(received + 1, run.FirstOffset);
                received += (ulong)run.Messages.Count;
            }
        }

        Assert.True(stalled.Unread > 0, "everything was sent to a peer that does not read");
    }

    internal static async Task<V1.Subscribed> SubscribeAsync(TestClient client, string queue, string group)
    {
        var answer = await client.AskAsync(new()
        {
            Subscribe = new() { Queue = queue, Group = group, ConsumerId = ByteString.CopyFrom(ConsumerId.New().ToBytes()), ConsumerName = "c" },
        });
        Assert.Null(answer.Error);
        return answer.Subscribed;
    }

    private static byte[] Credit(uint subscription, uint messages) =>
        TestClient.Encode(new() { Credit = new() { Subscription = subscription, Messages = messages, Bytes = 100_000_000 } });

    private static V1.ClientFrame Receive(uint subscription, TimeSpan wait, uint max = 100) =>
        new() { Receive = new() { Subscription = subscription, MaxMessages = max, Wait = (uint)wait.TotalMilliseconds } };

    private static V1.ClientFrame Ack(V1.Subscribed subscribed, V1.DeliveredRun run) => Settle(subscribed, run, V1.SettleVerb.Ack, "");

    private static V1.ClientFrame Settle(V1.Subscribed subscribed, V1.DeliveredRun run, V1.SettleVerb verb, string reason)
    {
        var settle = new V1.Settle();
        settle.Runs.Add(new V1.SettleRun
        {
            QueueId = subscribed.QueueId,
            GroupId = subscribed.GroupId,
            FirstOffset = run.FirstOffset,
            Count = (uint)run.Messages.Count,
            Attempt = run.Attempt,
            Epoch = run.Epoch,
            Verb = verb,
            Reason = reason,
        });
        return new() { Settle = settle };
    }

    private static IEnumerable<string> Bodies(V1.DeliveredRun run) =>
        run.Messages.Select(message => V1.Message.Parser.ParseFrom(message).Body.ToStringUtf8());

    private static async Task<V1.AdministrationAnswer> AskAsync(TestClient client, V1.AdministrationRequest request)
    {
        var answer = await client.AskAsync(new() { Administration = request });
        Assert.Null(answer.Error);
        return answer.Administration;
    }
}
