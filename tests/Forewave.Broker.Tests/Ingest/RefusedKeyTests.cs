using Forewave.Broker.Tests.Fakes;
using Forewave.Protocol;
using Forewave.Storage;
using Google.Protobuf;
using V1 = Forewave.Protocol.V1;

namespace Forewave.Broker.Tests.Ingest;

/// <summary>Behind a refused message of an ordering key nothing of the key gets in before the message that replaces it.</summary>
public sealed class RefusedKeyTests
{
    private static readonly ProducerId Id = new(1);

    [Fact]
    public async Task Key_is_refused_until_its_refused_message_is_replaced()
    {
        await using var engine = await TestEngine.StartAsync();
        var client = await TestClient.GreetedAsync(engine.Engine);
        uint producer = await client.OpenProducerAsync(Id);
        uint queue = await client.OpenQueueAsync("orders");

        var first = await client.PublishAsync(producer, Bad(queue, 1, ["a"]));
        var behind = await client.PublishAsync(producer, Batch(queue, 2, "a"));
        var other = await client.PublishAsync(producer, Batch(queue, 3, "b"));
        var unkeyed = await client.PublishAsync(producer, Batch(queue, 4, ""));
        var badAgain = await client.PublishAsync(producer, Bad(queue, 5, ["a"], replaces: 1));
        var wrong = await client.PublishAsync(producer, Batch(queue, 6, "a", replaces: 2));
        var replacement = await client.PublishAsync(producer, Batch(queue, 7, "a", replaces: 5));
        var after = await client.PublishAsync(producer, Batch(queue, 8, "a"));

        Assert.Equal(
            [ErrorCode.KeyTooLong, ErrorCode.PreviousRefused, ErrorCode.None, ErrorCode.None],
            Codes(first, behind, other, unkeyed));
        Assert.Equal(
            [ErrorCode.KeyTooLong, ErrorCode.PreviousRefused, ErrorCode.None, ErrorCode.None],
            Codes(badAgain, wrong, replacement, after));
        Assert.All(
            engine.Store.Records.Where(record => record.Header.Type == RecordType.Published),
            record => Assert.Equal(record.Header.Sequence == 4 ? 0 : PublishedFlags.HasKeys, record.Header.Extra));
    }

    [Fact]
    public async Task Batch_that_replaces_another_message_by_message_is_taken_whole()
    {
        await using var engine = await TestEngine.StartAsync();
        var client = await TestClient.GreetedAsync(engine.Engine);
        uint producer = await client.OpenProducerAsync(Id);
        uint queue = await client.OpenQueueAsync("orders");
        await client.PublishAsync(producer, Bad(queue, 1, ["a", "b", "a"]));
        var behind = await client.PublishAsync(producer, Batch(queue, 4, ["b", "c"]));

        var again = await client.PublishAsync(producer, Batch(queue, 6, ["a", "b", "a"], replaces: 1));
        var behindAgain = await client.PublishAsync(producer, Batch(queue, 9, ["b", "c"], replaces: 4));

        Assert.Equal([ErrorCode.PreviousRefused, ErrorCode.None, ErrorCode.None], Codes(behind, again, behindAgain));
    }

    [Fact]
    public async Task Batch_in_one_frame_with_a_refused_one_of_its_key_is_refused()
    {
        await using var engine = await TestEngine.StartAsync();
        var client = await TestClient.GreetedAsync(engine.Engine);
        uint producer = await client.OpenProducerAsync(Id);
        uint queue = await client.OpenQueueAsync("orders");

        var answer = await client.AskAsync(TestClient.PublishFrame(producer, Bad(queue, 1, ["a"]), Batch(queue, 2, "a"), Batch(queue, 3, "b")));

        Assert.Equal([ErrorCode.KeyTooLong, ErrorCode.PreviousRefused, ErrorCode.None], Codes([.. answer.Published.Batches]));
    }

    [Fact]
    public async Task Key_is_refused_behind_messages_that_found_the_disk_full()
    {
        var store = new FakeStore();
        await using var engine = await TestEngine.StartAsync(store);
        var client = await TestClient.GreetedAsync(engine.Engine);
        uint producer = await client.OpenProducerAsync(Id);
        uint queue = await client.OpenQueueAsync("orders");
        store.Script(AppendOutcome.DiskFull);
        var full = await client.PublishAsync(producer, Batch(queue, 1, "a"));

        var behind = await client.PublishAsync(producer, Batch(queue, 2, "a"));

        Assert.Equal([ErrorCode.DiskFull, ErrorCode.PreviousRefused], Codes(full, behind));
    }

    [Fact]
    public async Task Key_that_there_was_no_memory_for_is_refused_until_its_refused_message_is_replaced()
    {
        await using var engine = await TestEngine.StartAsync(options: new BrokerOptions { ProducerMemoryBytes = 0 });
        var client = await TestClient.GreetedAsync(engine.Engine);
        uint producer = await client.OpenProducerAsync(Id);
        uint queue = await client.OpenQueueAsync("orders");
        uint returns = await client.OpenQueueAsync("returns");

        var first = await client.PublishAsync(producer, Bad(queue, 1, ["a"]));
        var unkeyed = await client.PublishAsync(producer, Batch(queue, 2, ""));
        var elsewhere = await client.PublishAsync(producer, Batch(returns, 3, "a"));
        var behind = await client.PublishAsync(producer, Batch(queue, 4, "a"));
        var other = await client.PublishAsync(producer, Batch(queue, 5, "b"));
        var tooEarly = await client.PublishAsync(producer, Bad(queue, 6, ["a"], replaces: 1));
        var overtaking = await client.PublishAsync(producer, Batch(queue, 7, "a", replaces: 4));
        var replacement = await client.PublishAsync(producer, Batch(queue, 8, "a", replaces: 6));
        var after = await client.PublishAsync(producer, Batch(queue, 9, "a", replaces: 7));
        var otherAgain = await client.PublishAsync(producer, Batch(queue, 10, "b", replaces: 5));

        Assert.Equal([ErrorCode.KeyTooLong, ErrorCode.None, ErrorCode.None], Codes(first, unkeyed, elsewhere));
        Assert.Equal(
            [ErrorCode.PreviousRefused, ErrorCode.PreviousRefused, ErrorCode.KeyTooLong, ErrorCode.PreviousRefused], Codes(behind, other, tooEarly, overtaking));
        Assert.Equal([ErrorCode.None, ErrorCode.None, ErrorCode.None], Codes(replacement, after, otherAgain));
    }

    [Fact]
    public async Task Refused_message_is_given_up_when_a_later_one_is_replaced()
    {
        await using var engine = await TestEngine.StartAsync();
        var client = await TestClient.GreetedAsync(engine.Engine);
        uint producer = await client.OpenProducerAsync(Id);
        uint queue = await client.OpenQueueAsync("orders");
        await client.PublishAsync(producer, Bad(queue, 1, ["a"]));
        var next = await TestClient.GreetedAsync(engine.Engine);
        producer = await next.OpenProducerAsync(Id);
        queue = await next.OpenQueueAsync("orders");

        var behind = await next.PublishAsync(producer, Batch(queue, 2, "a"));

        var answer = await next.PublishAsync(producer, Batch(queue, 3, "a", replaces: 2));

        Assert.Equal([ErrorCode.PreviousRefused, ErrorCode.None], Codes(behind, answer));
    }

    [Fact]
    public async Task Ordering_key_is_refused_when_it_is_switched_off()
    {
        await using var engine = await TestEngine.StartAsync(options: new BrokerOptions { Ordering = false });
        var client = await TestClient.GreetedAsync(engine.Engine);
        uint producer = await client.OpenProducerAsync(Id);
        uint queue = await client.OpenQueueAsync("orders");

        var keyed = await client.PublishAsync(producer, Batch(queue, 1, "a"));
        var replacing = await client.PublishAsync(producer, Batch(queue, 2, "", replaces: 1));

        Assert.Equal([ErrorCode.CapabilityMissing, ErrorCode.CapabilityMissing], Codes(keyed, replacing));
    }

    private static ErrorCode[] Codes(params V1.PublishedBatch[] batches) =>
        [.. batches.Select(batch => (ErrorCode)(batch.Error?.Number ?? 0))];

    private static V1.PublishBatch Batch(uint queue, ulong first, string key, ulong replaces = 0) => Batch(queue, first, [key], replaces);

    private static V1.PublishBatch Batch(uint queue, ulong first, string[] keys, ulong replaces = 0)
    {
        var batch = new V1.PublishBatch { Queue = queue, FirstSequence = first, ReplacesSequence = replaces };
        batch.Messages.AddRange(keys.Select(key => new V1.Message { OrderingKey = key }.ToByteString()));
        return batch;
    }

    /// <summary>The first message of the batch breaks a limit.</summary>
    private static V1.PublishBatch Bad(uint queue, ulong first, string[] keys, ulong replaces = 0)
    {
        var batch = Batch(queue, first, keys, replaces);
        var message = new V1.Message { OrderingKey = keys[0] };
        message.Keys.Add(new string('x', Limits.KeyBytes + 1));
        batch.Messages[0] = message.ToByteString();
        return batch;
    }
}
