using Forewave.Broker.Tests.Fakes;
using Forewave.Protocol;
using Forewave.Storage;
using Google.Protobuf;
using V1 = Forewave.Protocol.V1;

namespace Forewave.Broker.Tests.Ingest;

public sealed class PublishTests
{
    private static readonly ProducerId Id = new(1);

    [Fact]
    public async Task Publish_stores_the_messages_as_they_came()
    {
        await using var engine = await TestEngine.StartAsync();
        var client = await TestClient.GreetedAsync(engine.Engine);
        uint producer = await client.OpenProducerAsync(Id);
        uint queue = await client.OpenQueueAsync("orders");
        var batch = TestClient.Batch(queue, 1, 3);

        var answer = await client.PublishAsync(producer, batch);

        var record = Assert.Single(engine.Store.Records, record => record.Header.Type == RecordType.Published);
        Assert.Equal(record.Header.Position.Bits, answer.FirstPosition);
        Assert.Equal(V1.Durability.Synced, answer.Durability);
        Assert.Equal(3, record.Header.Count);
        Assert.Equal(1ul, record.Header.Sequence);
        var stored = new V1.PublishBatch();
        stored.MergeFrom(record.Payload);
        Assert.Equal(batch.Messages, stored.Messages);
    }

    [Fact]
    public async Task Publish_is_answered_only_when_committed()
    {
        var store = new FakeStore { CommitsByItself = false };
        await using var engine = await TestEngine.StartAsync(store);
        var client = await TestClient.GreetedAsync(engine.Engine);
        uint producer = await client.OpenProducerAsync(Id);
        uint queue = await client.OpenQueueAsync("orders");

        await client.SendAsync(TestClient.PublishFrame(producer, TestClient.Batch(queue, 1, 1)));
        ulong ping = await client.SendAsync(new V1.ClientFrame { Ping = new V1.Ping() });

        Assert.Equal(ping, (await client.ReadAsync())!.Correlation);
        store.Commit();
        Assert.NotNull((await client.ReadAsync())!.Published);
    }

    [Fact]
    public async Task Publish_to_a_relaxed_queue_is_answered_before_the_commit()
    {
        var store = new FakeStore { CommitsByItself = false };
        await using var engine = await TestEngine.StartAsync(store);
        var client = await TestClient.GreetedAsync(engine.Engine);
        var create = client.AskAsync(Create("fast", relaxed: true));
        while (!create.IsCompleted)
            store.Commit();
        await create;
        uint producer = await client.OpenProducerAsync(Id);
        uint queue = await client.OpenQueueAsync("fast");
        var committed = store.Committed;

        var answer = await client.PublishAsync(producer, TestClient.Batch(queue, 1, 2));

        Assert.Equal(V1.Durability.Memory, answer.Durability);
        Assert.True(answer.FirstPosition > committed.Bits);
    }

    [Fact]
    public async Task Repeat_is_answered_with_the_original_position_once_committed()
    {
        var store = new FakeStore { CommitsByItself = false };
        await using var engine = await TestEngine.StartAsync(store);
        var client = await TestClient.GreetedAsync(engine.Engine);
        uint producer = await client.OpenProducerAsync(Id);
        uint queue = await client.OpenQueueAsync("orders");
        await client.SendAsync(TestClient.PublishFrame(producer, TestClient.Batch(queue, 1, 2)));
        await client.SendAsync(TestClient.PublishFrame(producer, TestClient.Batch(queue, 1, 2)));
        ulong ping = await client.SendAsync(new V1.ClientFrame { Ping = new V1.Ping() });

        Assert.Equal(ping, (await client.ReadAsync())!.Correlation);
        store.Commit();
        var first = Assert.Single((await client.ReadAsync())!.Published.Batches);
        var repeat = Assert.Single((await client.ReadAsync())!.Published.Batches);

        Assert.Equal(first.FirstPosition, repeat.FirstPosition);
        Assert.False(first.Duplicate);
        Assert.True(repeat.Duplicate);
        Assert.Single(store.Records, record => record.Header.Type == RecordType.Published);
    }

    [Fact]
    public async Task Batch_is_split_when_its_first_messages_are_known()
    {
        await using var engine = await TestEngine.StartAsync();
        var client = await TestClient.GreetedAsync(engine.Engine);
        uint producer = await client.OpenProducerAsync(Id);
        uint queue = await client.OpenQueueAsync("orders");
        uint other = await client.OpenQueueAsync("other");
        var first = await client.PublishAsync(producer, TestClient.Batch(queue, 1, 3));

        var answer = await client.PublishAsync(producer, TestClient.Batch(queue, 1, 5));

        var rest = engine.Store.Records[^1];
        Assert.Equal((4ul, 2), (rest.Header.Sequence, rest.Header.Count));
        Assert.Equal(TestClient.Batch(queue, 4, 2).Messages, Parsed(rest.Payload).Messages);
        Assert.True(answer.Duplicate);
        ulong[] positions = [.. Enumerable.Range(0, 3).Select(i => first.FirstPosition + (ulong)i), rest.Header.Position.Bits, rest.Header.Position.Bits + 1];
        Assert.Equal(positions, answer.Positions.Count == 0 ? Enumerable.Range(0, 5).Select(i => answer.FirstPosition + (ulong)i) : answer.Positions);
        Assert.NotEqual(queue, other);
    }

    [Fact]
    public async Task Gap_is_refused_and_the_sequence_in_line_goes_on()
    {
        await using var engine = await TestEngine.StartAsync();
        var client = await TestClient.GreetedAsync(engine.Engine);
        uint producer = await client.OpenProducerAsync(Id);
        uint queue = await client.OpenQueueAsync("orders");
        await client.PublishAsync(producer, TestClient.Batch(queue, 1, 2));

        var gap = await client.PublishAsync(producer, TestClient.Batch(queue, 4, 1));
        var next = await client.PublishAsync(producer, TestClient.Batch(queue, 3, 1));

        Assert.Equal((uint)ErrorCode.SequenceGap, gap.Error.Number);
        Assert.Null(next.Error);
    }

    [Fact]
    public async Task Unknown_producer_is_refused_when_its_sequence_is_above_1()
    {
        await using var engine = await TestEngine.StartAsync();
        var client = await TestClient.GreetedAsync(engine.Engine);
        uint producer = await client.OpenProducerAsync(Id);
        uint queue = await client.OpenQueueAsync("orders");

        var answer = await client.PublishAsync(producer, TestClient.Batch(queue, 2, 1));

        Assert.Equal((uint)ErrorCode.ProducerUnknown, answer.Error.Number);
        Assert.DoesNotContain(engine.Store.Records, record => record.Header.Type == RecordType.Published);
    }

    [Fact]
    public async Task Sequence_below_the_window_is_too_old()
    {
        await using var engine = await TestEngine.StartAsync();
        var client = await TestClient.GreetedAsync(engine.Engine);
        uint producer = await client.OpenProducerAsync(Id);
        uint queue = await client.OpenQueueAsync("orders");
        ulong next = 1;
        for (; next < Limits.SequenceWindow + 2_000; next += 10_000)
            await client.PublishAsync(producer, TestClient.Batch(queue, next, 10_000));

        var answer = await client.PublishAsync(producer, TestClient.Batch(queue, 1, 1));

        Assert.Equal((uint)ErrorCode.SequenceTooOld, answer.Error.Number);
    }

    [Fact]
    public async Task Refusal_uses_its_sequence_up_and_is_repeated()
    {
        await using var engine = await TestEngine.StartAsync();
        var client = await TestClient.GreetedAsync(engine.Engine);
        uint producer = await client.OpenProducerAsync(Id);
        uint queue = await client.OpenQueueAsync("orders");
        engine.Store.Script(AppendOutcome.DiskFull);

        var refused = await client.PublishAsync(producer, TestClient.Batch(queue, 1, 2));
        var next = await client.PublishAsync(producer, TestClient.Batch(queue, 3, 1));
        var repeat = await client.PublishAsync(producer, TestClient.Batch(queue, 1, 2));

        Assert.Equal((uint)ErrorCode.DiskFull, refused.Error.Number);
        Assert.Null(next.Error);
        Assert.Equal((uint)ErrorCode.DiskFull, repeat.Error.Number);
        Assert.Single(engine.Store.Records, record => record.Header.Type == RecordType.Published);
    }

    [Fact]
    public async Task Frame_keeps_its_order_when_the_log_has_no_room()
    {
        await using var engine = await TestEngine.StartAsync();
        var client = await TestClient.GreetedAsync(engine.Engine);
        uint producer = await client.OpenProducerAsync(Id);
        uint queue = await client.OpenQueueAsync("orders");
        engine.Store.Script(AppendOutcome.NoRoom, AppendOutcome.NoRoom);
        await client.SendAsync(TestClient.PublishFrame(producer, TestClient.Batch(queue, 1, 1)));
        await client.SendAsync(TestClient.PublishFrame(producer, TestClient.Batch(queue, 2, 1)));

        var first = client.ReadAsync();
        while (!first.IsCompleted)
            engine.Store.MakeRoom();
        var second = (await client.ReadAsync())!.Published.Batches[0];

        Assert.Null((await first)!.Published.Batches[0].Error);
        Assert.Null(second.Error);
        Assert.Equal([1ul, 2ul], engine.Store.Records.Where(record => record.Header.Type == RecordType.Published).Select(record => record.Header.Sequence));
    }

    [Fact]
    public async Task Outcome_is_unknown_when_the_store_stops_before_the_commit()
    {
        var store = new FakeStore { CommitsByItself = false };
        await using var engine = await TestEngine.StartAsync(store);
        var client = await TestClient.GreetedAsync(engine.Engine);
        uint producer = await client.OpenProducerAsync(Id);
        uint queue = await client.OpenQueueAsync("orders");
        await client.SendAsync(TestClient.PublishFrame(producer, TestClient.Batch(queue, 1, 1)));
        await client.AskAsync(new V1.ClientFrame { Ping = new V1.Ping() });

        store.Fail();
        var unknown = (await client.ReadAsync())!.Published.Batches[0];
        var after = await client.PublishAsync(producer, TestClient.Batch(queue, 2, 1));

        Assert.Equal((uint)ErrorCode.StoreUnavailable, unknown.Error.Number);
        Assert.Equal((uint)ErrorCode.PartitionStopped, after.Error.Number);
        Assert.NotNull(engine.Engine.Failure);
    }

    [Fact]
    public async Task Sequences_are_known_again_after_a_restart()
    {
        var engine = await TestEngine.StartAsync();
        var client = await TestClient.GreetedAsync(engine.Engine);
        uint producer = await client.OpenProducerAsync(Id);
        uint queue = await client.OpenQueueAsync("orders");
        var before = await client.PublishAsync(producer, TestClient.Batch(queue, 1, 2));
        await client.LeaveAsync();

        await using var again = await TestEngine.StartAsync(engine.Store.Reopen());
        client = await TestClient.GreetedAsync(again.Engine);
        producer = await client.OpenProducerAsync(Id);
        queue = await client.OpenQueueAsync("orders");
        var repeat = await client.PublishAsync(producer, TestClient.Batch(queue, 1, 2));

        Assert.True(repeat.Duplicate);
        Assert.Equal(before.FirstPosition, repeat.FirstPosition);
        await engine.DisposeAsync();
    }

    [Fact]
    public async Task Sequences_are_known_again_from_a_checkpoint_and_what_came_after_it()
    {
        var engine = await TestEngine.StartAsync();
        var client = await TestClient.GreetedAsync(engine.Engine);
        uint producer = await client.OpenProducerAsync(Id);
        uint queue = await client.OpenQueueAsync("orders");
        engine.Store.Script(AppendOutcome.DiskFull);
        await client.PublishAsync(producer, TestClient.Batch(queue, 1, 2));
        var inCheckpoint = await client.PublishAsync(producer, TestClient.Batch(queue, 3, 2));
        engine.Store.AskForCheckpoint();
        while (engine.Store.CheckpointsTaken == 0)
            await Task.Yield();
        var after = await client.PublishAsync(producer, TestClient.Batch(queue, 5, 1));
        await client.LeaveAsync();

        await using var again = await TestEngine.StartAsync(engine.Store.Reopen());
        client = await TestClient.GreetedAsync(again.Engine);
        producer = await client.OpenProducerAsync(Id);
        queue = await client.OpenQueueAsync("orders");
        var answers = new List<V1.PublishedBatch>();
        foreach (ulong sequence in (ulong[])[1, 3, 5])
            answers.Add(await client.PublishAsync(producer, TestClient.Batch(queue, sequence, 1)));

        Assert.Equal((uint)ErrorCode.DiskFull, answers[0].Error.Number);
        Assert.Equal(inCheckpoint.FirstPosition, answers[1].FirstPosition);
        Assert.Equal(after.FirstPosition, answers[2].FirstPosition);
        await engine.DisposeAsync();
    }

    [Fact]
    public async Task Sequences_may_go_on_after_refusals_that_a_restart_forgot()
    {
        var engine = await TestEngine.StartAsync();
        var client = await TestClient.GreetedAsync(engine.Engine);
        uint producer = await client.OpenProducerAsync(Id);
        uint queue = await client.OpenQueueAsync("orders");
        await client.PublishAsync(producer, TestClient.Batch(queue, 1, 1));
        engine.Store.Script(AppendOutcome.DiskFull);
        await client.PublishAsync(producer, TestClient.Batch(queue, 2, 3));

        await using var again = await TestEngine.StartAsync(engine.Store.Reopen());
        client = await TestClient.GreetedAsync(again.Engine);
        producer = await client.OpenProducerAsync(Id);
        queue = await client.OpenQueueAsync("orders");
        var next = await client.PublishAsync(producer, TestClient.Batch(queue, 5, 1));
        var further = await client.PublishAsync(producer, TestClient.Batch(queue, 7, 1));
        var gap = await client.PublishAsync(producer, TestClient.Batch(queue, 2 + Limits.SequenceWindow, 1));

        Assert.Null(next.Error);
        Assert.Null(further.Error);
        Assert.Equal((uint)ErrorCode.SequenceGap, gap.Error.Number);
        await engine.DisposeAsync();
    }

    [Fact]
    public async Task Sequences_after_a_refusal_are_told_of_the_stop_not_of_a_gap_when_the_partition_stopped()
    {
        await using var engine = await TestEngine.StartAsync();
        var client = await TestClient.GreetedAsync(engine.Engine);
        uint producer = await client.OpenProducerAsync(Id);
        uint queue = await client.OpenQueueAsync("orders");
        await client.PublishAsync(producer, TestClient.Batch(queue, 1, 1));
        engine.Store.Script(AppendOutcome.Stopped, AppendOutcome.Stopped);

        var refused = await client.PublishAsync(producer, TestClient.Batch(queue, 2, 3));
        var next = await client.PublishAsync(producer, TestClient.Batch(queue, 5, 1));

        Assert.Equal((uint)ErrorCode.PartitionStopped, refused.Error.Number);
        Assert.Equal((uint)ErrorCode.PartitionStopped, next.Error.Number);
    }

    [Fact]
    public async Task Batch_that_is_cut_anew_tells_what_is_stored_and_what_was_refused()
    {
        await using var engine = await TestEngine.StartAsync();
        var client = await TestClient.GreetedAsync(engine.Engine);
        uint producer = await client.OpenProducerAsync(Id);
        uint queue = await client.OpenQueueAsync("orders");
        var before = await client.PublishAsync(producer, TestClient.Batch(queue, 1, 1));
        engine.Store.Script(AppendOutcome.DiskFull);

        var mixed = await client.PublishAsync(producer, TestClient.Batch(queue, 1, 3));

        Assert.Equal([before.FirstPosition, 0, 0], mixed.Positions);
        Assert.Equal((uint)ErrorCode.DiskFull, mixed.Error.Number);
    }

    [Fact]
    public async Task One_frame_serves_many_queues_and_refuses_single_batches()
    {
        await using var engine = await TestEngine.StartAsync();
        var client = await TestClient.GreetedAsync(engine.Engine);
        uint producer = await client.OpenProducerAsync(Id);
        uint first = await client.OpenQueueAsync("q-1");
        uint second = await client.OpenQueueAsync("q-2");
        var keyed = TestClient.Batch(second, 3, 1);
        keyed.Messages[0] = new V1.Message { OrderingKey = new string('k', Limits.KeyBytes + 1) }.ToByteString();

        var answer = await client.AskAsync(TestClient.PublishFrame(
            producer, TestClient.Batch(first, 1, 1), TestClient.Batch(second, 2, 1), keyed, TestClient.Batch(99, 4, 1), TestClient.Batch(first, 5, 1)));

        var errors = answer.Published.Batches.Select(batch => (ErrorCode)(batch.Error?.Number ?? 0));
        Assert.Equal([ErrorCode.None, ErrorCode.None, ErrorCode.KeyTooLong, ErrorCode.UnknownHandle, ErrorCode.None], errors);
        Assert.Equal([1ul, 2ul, 5ul], engine.Store.Records.Where(record => record.Header.Type == RecordType.Published).Select(record => record.Header.Sequence));
    }

    [Fact]
    public async Task Frame_larger_than_an_append_is_stored_in_several()
    {
        var store = new FakeStore { MaxAppendBytes = 300 };
        await using var engine = await TestEngine.StartAsync(store);
        var client = await TestClient.GreetedAsync(engine.Engine);
        uint producer = await client.OpenProducerAsync(Id);
        uint queue = await client.OpenQueueAsync("orders");
        var batches = Enumerable.Range(0, 20).Select(i => TestClient.Batch(queue, (ulong)(1 + 2 * i), 2)).ToArray();

        var answer = await client.AskAsync(TestClient.PublishFrame(producer, batches));

        Assert.All(answer.Published.Batches, batch => Assert.Null(batch.Error));
        Assert.Equal(20, answer.Published.Batches.Select(batch => batch.FirstPosition).Distinct().Count());
    }

    [Fact]
    public async Task Two_connections_with_one_producer_id_store_each_sequence_once()
    {
        await using var engine = await TestEngine.StartAsync();
        var one = await TestClient.GreetedAsync(engine.Engine);
        var two = await TestClient.GreetedAsync(engine.Engine);
        uint producerOne = await one.OpenProducerAsync(Id);
        uint producerTwo = await two.OpenProducerAsync(Id);
        uint queueOne = await one.OpenQueueAsync("orders");
        uint queueTwo = await two.OpenQueueAsync("orders");

        for (ulong sequence = 1; sequence <= 200; sequence++)
        {
            var left = one.PublishAsync(producerOne, TestClient.Batch(queueOne, sequence, 1));
            var right = two.PublishAsync(producerTwo, TestClient.Batch(queueTwo, sequence, 1));
            Assert.Equal((await left).FirstPosition, (await right).FirstPosition);
        }

        Assert.Equal(200, engine.Store.Records.Count(record => record.Header.Type == RecordType.Published));
    }

    private static V1.PublishBatch Parsed(byte[] payload) => V1.PublishBatch.Parser.ParseFrom(payload);

    private static V1.ClientFrame Create(string queue, bool relaxed) => new()
    {
        Administration = new V1.AdministrationRequest
        {
            CreateQueue = new V1.CreateQueue { Queue = queue, Options = new V1.QueueOptions { Relaxed = relaxed } },
        },
    };
}
