using Forewave.Broker.Delivery.Priorities;
using Forewave.Broker.Tests.Fakes;
using Forewave.Protocol;
using Forewave.Storage;
using Google.Protobuf;
using V1 = Forewave.Protocol.V1;

namespace Forewave.Broker.Tests.Ingest;

/// <summary>Priorities divide a batch into records; a queue without them has no trace of it.</summary>
public sealed class PriorityPublishTests
{
    [Fact]
    public async Task Batch_is_divided_by_priority_and_answered_as_one()
    {
        await using var engine = await TestEngine.StartAsync();
        var client = await TestClient.GreetedAsync(engine.Engine);
        uint producer = await client.OpenProducerAsync(new ProducerId(1));
        uint queue = await client.OpenQueueAsync("orders");

        var answer = await client.PublishAsync(producer, Batch(queue, 1, (9, ""), (9, ""), (4, ""), (0, "key")));
        var repeat = await client.PublishAsync(producer, Batch(queue, 1, (9, ""), (9, ""), (4, ""), (0, "key")));
        var bad = await client.PublishAsync(producer, Batch(queue, 5, (10, "")));

        var records = engine.Store.Records.Where(record => record.Header.Type == RecordType.Published).Select(record => record.Header).ToArray();
        Assert.Equal([9, 4], records.Select(header => PriorityBand.OfIndex(header.Queue).Priority));
        Assert.Equal([2, 2], records.Select(header => header.Count));
        Assert.Equal([1ul, 3ul], records.Select(header => header.Sequence));
        Assert.Single(records.Select(header => PriorityBand.QueueOf(header.Queue)).Distinct());
        Assert.Equal((records[0].Position.Bits, true), (answer.FirstPosition, repeat.Duplicate));
        Assert.Equal(answer.FirstPosition, repeat.FirstPosition);
        Assert.Equal((uint)ErrorCode.FieldInvalid, bad.Error.Number);
    }

    [Fact]
    public async Task Priority_is_refused_when_it_is_switched_off()
    {
        await using var engine = await TestEngine.StartAsync(options: new BrokerOptions { Priorities = false });
        var client = await TestClient.GreetedAsync(engine.Engine);
        uint producer = await client.OpenProducerAsync(new ProducerId(1));
        uint queue = await client.OpenQueueAsync("orders");

        var refused = await client.PublishAsync(producer, Batch(queue, 1, (9, "")));
        var four = await client.PublishAsync(producer, Batch(queue, 2, (4, "")));

        Assert.Equal((uint)ErrorCode.CapabilityMissing, refused.Error.Number);
        Assert.Null(four.Error);
    }

    private static V1.PublishBatch Batch(uint queue, ulong first, params (uint Priority, string Key)[] messages)
    {
        var batch = new V1.PublishBatch { Queue = queue, FirstSequence = first };
        batch.Messages.AddRange(messages.Select(message =>
            new V1.Message { Priority = message.Priority, OrderingKey = message.Key }.ToByteString()));
        return batch;
    }
}
