using Forewave.Broker.Tests.Fakes;
using Forewave.Protocol;
using Forewave.Storage;
using Forewave.Storage.Files.Disk;
using Google.Protobuf;
using V1 = Forewave.Protocol.V1;

namespace Forewave.Broker.Tests.Ingest;

/// <summary>Publishes with deduplication ids that a quota lets in or refuses: what is refused leaves no id behind, what is let in is charged once.</summary>
public sealed class GuardedPublishTests
{
    private static readonly TimeSpan UntilPaid = TimeSpan.FromSeconds(0.95);

    [Fact]
    public async Task Batch_that_is_refused_between_others_of_its_frame_leaves_its_own_ids_free_and_theirs_known()
    {
        await using var engine = await TestEngine.StartOnDiskAsync(new MemoryDisk(), new MovedTime());
        var client = await TestClient.GreetedAsync(engine.Engine);
        uint producer = await client.OpenProducerAsync(ProducerId.New()), queue = await client.OpenQueueAsync("orders");
        await LimitAsync(client);

        var answer = await client.AskAsync(TestClient.PublishFrame(
            producer, Batch(queue, 1, ["first", .. Enumerable.Repeat("", 9)]), Batch(queue, 11, ["first", "second"]), Batch(queue, 13, ["first"])));
        engine.Time.Move(UntilPaid);
        var second = await client.PublishAsync(producer, Batch(queue, 14, ["second"]));
        var first = await client.PublishAsync(producer, Batch(queue, 15, ["first"]));

        var (taken, refused, repeated) = (answer.Published.Batches[0], answer.Published.Batches[1], answer.Published.Batches[2]);
        Assert.Equal((0u, (uint)ErrorCode.QuotaExceeded, 0u), (NumberOf(taken), NumberOf(refused), NumberOf(repeated)));
        Assert.Equal((false, true, taken.FirstPosition), (taken.Duplicate, repeated.Duplicate, repeated.FirstPosition));
        Assert.Equal((0u, false), (NumberOf(second), second.Duplicate));
        Assert.Equal((true, taken.FirstPosition), (first.Duplicate, first.FirstPosition));
    }

    [Fact]
    public async Task Publish_that_waits_for_room_is_charged_once_and_is_no_repeat_of_itself()
    {
        await using var engine = await TestEngine.StartAsync();
        var client = await TestClient.GreetedAsync(engine.Engine);
        uint producer = await client.OpenProducerAsync(ProducerId.New()), queue = await client.OpenQueueAsync("orders");
        await LimitAsync(client);
        engine.Store.Script(AppendOutcome.NoRoom, AppendOutcome.NoRoom);

        var waiting = client.PublishAsync(producer, Batch(queue, 1, [.. Enumerable.Range(0, 10).Select(i => $"{i}")]));
        while (!waiting.IsCompleted)
            engine.Store.MakeRoom();
        var stored = await waiting;
        var early = await client.PublishAsync(producer, Batch(queue, 11, ["another"]));
        engine.Time.Move(UntilPaid);
        var late = await client.PublishAsync(producer, Batch(queue, 12, ["another"]));

        Assert.Equal((0u, false), (NumberOf(stored), stored.Duplicate));
        Assert.Equal((uint)ErrorCode.QuotaExceeded, NumberOf(early));
        Assert.Equal((0u, false), (NumberOf(late), late.Duplicate));
        Assert.Equal(11, engine.Store.Records.Where(record => record.Header.Type == RecordType.Published).Sum(record => record.Header.Count));
    }

    // Ten messages are paid in a second, of which a tenth may come at once.
    private static async Task LimitAsync(TestClient client)
    {
        V1.AdministrationRequest request = new() { SetSetting = new V1.SetSetting { Name = "queueMessagesPerSecond", Value = "10" } };
        var answer = await client.AskAsync(new V1.ClientFrame { Administration = request });
        Assert.True(answer.Administration is not null, $"{answer}");
    }

    private static V1.PublishBatch Batch(uint queue, ulong sequence, string[] ids)
    {
        V1.PublishBatch batch = new() { Queue = queue, FirstSequence = sequence };
        batch.Messages.AddRange(ids.Select(id => new V1.Message { DeduplicationId = id, Body = ByteString.CopyFromUtf8("m") }.ToByteString()));
        return batch;
    }

    private static uint NumberOf(V1.PublishedBatch batch) => batch.Error?.Number ?? 0;
}
