using Forewave.Broker.Tests.Fakes;
using Forewave.Protocol;
using Forewave.Storage;
using Google.Protobuf;
using V1 = Forewave.Protocol.V1;

namespace Forewave.Broker.Tests.Deduplication;

public sealed class DeduplicationTests
{
    private static readonly ProducerId One = new(1);
    private static readonly ProducerId Two = new(2);

    [Fact]
    public async Task Second_publish_with_an_id_is_not_stored_and_names_the_original()
    {
        await using var engine = await TestEngine.StartAsync();
        var client = await TestClient.GreetedAsync(engine.Engine);
        uint queue = await client.OpenQueueAsync("orders");
        uint one = await client.OpenProducerAsync(One);
        uint two = await client.OpenProducerAsync(Two);
        var original = await client.PublishAsync(one, Batch(queue, 1, "a"));

        var repeat = await client.PublishAsync(two, Batch(queue, 1, "a"));

        Assert.False(original.Duplicate);
        Assert.True(repeat.Duplicate);
        Assert.Equal(original.FirstPosition, repeat.FirstPosition);
        Assert.Single(engine.Store.Records, record => record.Header.Type == RecordType.Published);
    }

    [Fact]
    public async Task Id_is_known_to_its_queue_alone()
    {
        await using var engine = await TestEngine.StartAsync();
        var client = await TestClient.GreetedAsync(engine.Engine);
        uint producer = await client.OpenProducerAsync(One);
        uint orders = await client.OpenQueueAsync("orders");
        uint returns = await client.OpenQueueAsync("returns");

        await client.PublishAsync(producer, Batch(orders, 1, "a"));
        var other = await client.PublishAsync(producer, Batch(returns, 2, "a"));

        Assert.False(other.Duplicate);
    }

    [Fact]
    public async Task Batch_stores_what_is_new_and_tells_which_messages_are_repeats()
    {
        await using var engine = await TestEngine.StartAsync();
        var client = await TestClient.GreetedAsync(engine.Engine);
        uint producer = await client.OpenProducerAsync(One);
        uint queue = await client.OpenQueueAsync("orders");
        var original = await client.PublishAsync(producer, Batch(queue, 1, "b", "c"));

        var answer = await client.PublishAsync(producer, Batch(queue, 3, "a", "b", "c", null, "a", "d", "c"));

        Assert.False(answer.Duplicate);
        Assert.Equal([0b0101_0110], answer.Repeated.ToByteArray());
        Assert.Equal(original.FirstPosition, answer.Positions[1]);
        Assert.Equal(original.FirstPosition + 1, answer.Positions[2]);
        Assert.Equal(answer.Positions[0], answer.Positions[4]);
        Assert.Equal(original.FirstPosition + 1, answer.Positions[6]);
        var bodies = engine.Store.Records.Where(record => record.Header.Type == RecordType.Published)
            .SelectMany(record => V1.PublishBatch.Parser.ParseFrom(record.Payload).Messages)
            .Select(message => V1.Message.Parser.ParseFrom(message).Body.ToStringUtf8());
        Assert.Equal(["1", "2", "3", "6", "8"], bodies);
    }

    [Fact]
    public async Task Repeat_by_sequence_is_answered_as_it_was_the_first_time()
    {
        await using var engine = await TestEngine.StartAsync();
        var client = await TestClient.GreetedAsync(engine.Engine);
        uint producer = await client.OpenProducerAsync(One);
        uint queue = await client.OpenQueueAsync("orders");
        await client.PublishAsync(producer, Batch(queue, 1, "b"));
        var first = await client.PublishAsync(producer, Batch(queue, 2, "a", "b", "c"));

        var again = await client.PublishAsync(producer, Batch(queue, 2, "a", "b", "c"));

        Assert.True(again.Duplicate);
        Assert.Equal(first.Positions, again.Positions);
        Assert.Equal(3, engine.Store.Records.Where(record => record.Header.Type == RecordType.Published).Sum(record => record.Header.Count));
    }

    [Fact]
    public async Task Repeat_by_sequence_is_answered_the_same_after_a_restart()
    {
        var time = new MovedTime();
        var store = new FakeStore { Time = time };
        V1.PublishedBatch first;
        await using (var engine = await TestEngine.StartAsync(store, time: time))
        {
            var client = await TestClient.GreetedAsync(engine.Engine);
            uint producer = await client.OpenProducerAsync(One);
            uint queue = await client.OpenQueueAsync("orders");
            await client.PublishAsync(producer, Batch(queue, 1, "b"));
            first = await client.PublishAsync(producer, Batch(queue, 2, "a", "b", "a"));
        }

        await using var later = await TestEngine.StartAsync(store.Reopen(), time: time);
        var other = await TestClient.GreetedAsync(later.Engine);
        uint same = await other.OpenProducerAsync(One);
        var again = await other.PublishAsync(same, Batch(await other.OpenQueueAsync("orders"), 2, "a", "b", "a"));

        Assert.True(again.Duplicate);
        Assert.Equal(first.Positions, again.Positions);
    }

    [Fact]
    public async Task Every_id_is_known_when_the_broker_starts_again_on_a_full_disk()
    {
        var time = new MovedTime();
        var store = new FakeStore { Time = time };
        var options = new BrokerOptions { DeduplicationTableIds = 10 };
        string[] ids = [.. Enumerable.Range(0, 45).Select(id => $"id-{id}")];
        await using (var engine = await TestEngine.StartAsync(store, options, time))
        {
            var client = await TestClient.GreetedAsync(engine.Engine);
            uint producer = await client.OpenProducerAsync(One);
            uint queue = await client.OpenQueueAsync("orders");
            await client.AskAsync(SetWindow("orders", Limits.MaxDeduplicationWindow));
            foreach (var (index, some) in ids.Chunk(9).Index())
                Assert.Null((await client.PublishAsync(producer, Batch(queue, (ulong)(index * 9) + 1, some))).Error);
        }

        var full = store.ReopenUpTo(store.Tail, checkpoint: false);
        ((FakeSlices)full.Slices).IsFull = true;
        await using var later = await TestEngine.StartAsync(full, options, time);
        var other = await TestClient.GreetedAsync(later.Engine);
        uint two = await other.OpenProducerAsync(Two);
        uint orders = await other.OpenQueueAsync("orders");
        var fresh = await other.PublishAsync(two, Batch(orders, 1, "fresh"));
        ((FakeSlices)full.Slices).IsFull = false;
        ulong sequence = 1;
        foreach (string id in ids)
        {
            var answer = await other.PublishAsync(two, Batch(orders, ++sequence, id));
            for (; answer.Error?.Number == (uint)ErrorCode.DiskFull; answer = await other.PublishAsync(two, Batch(orders, ++sequence, id)))
                // The loop that writes tries again every second, once it has begun; the window is far longer.
                time.Move(TimeSpan.FromSeconds(1));
            Assert.True(answer.Duplicate, $"{id}: {answer}");
        }

        Assert.Equal((uint)ErrorCode.DiskFull, fresh.Error.Number);
    }

    [Fact]
    public async Task Repeat_is_answered_only_when_the_original_is_committed()
    {
        var store = new FakeStore { CommitsByItself = false };
        await using var engine = await TestEngine.StartAsync(store);
        var client = await TestClient.GreetedAsync(engine.Engine);
        uint one = await client.OpenProducerAsync(One);
        uint two = await client.OpenProducerAsync(Two);
        uint queue = await client.OpenQueueAsync("orders");
        await client.SendAsync(TestClient.PublishFrame(one, Batch(queue, 1, "a")));
        await client.SendAsync(TestClient.PublishFrame(two, Batch(queue, 1, "a")));
        ulong ping = await client.SendAsync(new V1.ClientFrame { Ping = new V1.Ping() });

        Assert.Equal(ping, (await client.ReadAsync())!.Correlation);

        store.Commit();
        var original = Assert.Single((await client.ReadAsync())!.Published.Batches);
        var repeat = Assert.Single((await client.ReadAsync())!.Published.Batches);
        Assert.True(repeat.Duplicate);
        Assert.Equal(original.FirstPosition, repeat.FirstPosition);
        Assert.Equal(V1.Durability.Synced, repeat.Durability);
    }

    [Fact]
    public async Task Id_of_what_was_never_committed_is_new_after_a_crash()
    {
        var time = new MovedTime();
        var store = new FakeStore { CommitsByItself = false, Time = time };
        var committed = LogPosition.None;
        await using (var engine = await TestEngine.StartAsync(store, time: time))
        {
            var client = await TestClient.GreetedAsync(engine.Engine);
            uint producer = await client.OpenProducerAsync(One);
            uint queue = await client.OpenQueueAsync("orders");
            store.Commit();
            committed = store.Committed;
            await client.SendAsync(TestClient.PublishFrame(producer, Batch(queue, 1, "a")));
            await client.AskAsync(new V1.ClientFrame { Ping = new V1.Ping() });
        }

        var crashed = store.ReopenUpTo(committed, checkpoint: false);
        await using var later = await TestEngine.StartAsync(crashed, time: time);
        var other = await TestClient.GreetedAsync(later.Engine);
        uint two = await other.OpenProducerAsync(Two);
        await other.SendAsync(TestClient.PublishFrame(two, Batch(await other.OpenQueueAsync("orders"), 1, "a")));
        await other.AskAsync(new V1.ClientFrame { Ping = new V1.Ping() });
        crashed.Commit();
        var answer = Assert.Single((await other.ReadAsync())!.Published.Batches);

        Assert.False(answer.Duplicate);
    }

    [Theory]
    [InlineData(599_999, true)]
    [InlineData(600_000, false)]
    public async Task Id_is_known_for_ten_minutes_from_the_original(int milliseconds, bool isKnown)
    {
        await using var engine = await TestEngine.StartAsync();
        await PublishAloneAsync(engine, 1, "a");
        engine.Time.Move(TimeSpan.FromMinutes(5));
        await PublishAloneAsync(engine, 2, "a");
        engine.Time.Move(TimeSpan.FromMilliseconds(milliseconds) - TimeSpan.FromMinutes(5));

        var answer = await PublishAloneAsync(engine, 3, "a");

        Assert.Equal(isKnown, answer.Duplicate);
    }

    [Fact]
    public async Task Window_is_a_queues_option_and_counts_at_once()
    {
        await using var engine = await TestEngine.StartAsync();
        await PublishAloneAsync(engine, 1, "a");
        var details = await (await TestClient.GreetedAsync(engine.Engine)).AskAsync(SetWindow("orders", TimeSpan.FromDays(7)));
        engine.Time.Move(TimeSpan.FromMinutes(30));

        var longer = await PublishAloneAsync(engine, 2, "a");
        await (await TestClient.GreetedAsync(engine.Engine)).AskAsync(SetWindow("orders", TimeSpan.FromMinutes(29)));
        var shorter = await PublishAloneAsync(engine, 3, "a");

        Assert.Equal(7ul * 86_400_000, details.Administration.Queue.Options.DeduplicationWindow);
        Assert.True(longer.Duplicate);
        Assert.False(shorter.Duplicate);
    }

    [Theory]
    [InlineData(999)]
    [InlineData(604_800_001)]
    public async Task Window_outside_of_the_limits_is_refused(int milliseconds)
    {
        await using var engine = await TestEngine.StartAsync();
        var client = await TestClient.GreetedAsync(engine.Engine);
        await client.OpenQueueAsync("orders");

        var answer = await client.AskAsync(SetWindow("orders", TimeSpan.FromMilliseconds(milliseconds)));

        Assert.Equal((uint)ErrorCode.FieldInvalid, answer.Error.Number);
    }

    [Fact]
    public async Task Id_is_refused_when_deduplication_is_off()
    {
        await using var engine = await TestEngine.StartAsync(options: new BrokerOptions { Deduplication = false });
        var client = TestClient.Connect(engine.Engine);
        var hello = await client.AskAsync(new V1.ClientFrame { Hello = TestClient.Hello() });
        uint producer = await client.OpenProducerAsync(One);

        var answer = await client.PublishAsync(producer, Batch(await client.OpenQueueAsync("orders"), 1, "a"));

        Assert.DoesNotContain("deduplication", hello.Hello.Capabilities);
        Assert.Equal((uint)ErrorCode.CapabilityMissing, answer.Error.Number);
    }

    [Fact]
    public async Task Deleted_queues_ids_mean_nothing_to_its_successor()
    {
        await using var engine = await TestEngine.StartAsync();
        var client = await TestClient.GreetedAsync(engine.Engine);
        uint producer = await client.OpenProducerAsync(One);
        await client.PublishAsync(producer, Batch(await client.OpenQueueAsync("orders"), 1, "a"));
        await client.AskAsync(Ask(new V1.AdministrationRequest { DeleteQueue = new V1.DeleteQueue { Queue = "orders" } }));

        var answer = await client.PublishAsync(producer, Batch(await client.OpenQueueAsync("orders"), 2, "a"));

        Assert.False(answer.Duplicate);
    }

    [Fact]
    public async Task Claim_is_taken_back_when_the_log_had_no_room()
    {
        var store = new FakeStore();
        await using var engine = await TestEngine.StartAsync(store);
        var client = await TestClient.GreetedAsync(engine.Engine);
        uint producer = await client.OpenProducerAsync(One);
        uint queue = await client.OpenQueueAsync("orders");
        store.Script(AppendOutcome.DiskFull);

        var refused = await client.PublishAsync(producer, Batch(queue, 1, "a", "a"));
        var stored = await client.PublishAsync(producer, Batch(queue, 3, "a"));

        Assert.Equal((uint)ErrorCode.DiskFull, refused.Error.Number);
        Assert.Null(stored.Error);
        Assert.False(stored.Duplicate);
    }

    /// <summary>Over a connection of its own: the clock may have moved past the heartbeats of others.</summary>
    private static async Task<V1.PublishedBatch> PublishAloneAsync(TestEngine engine, ulong sequence, string id)
    {
        var client = await TestClient.GreetedAsync(engine.Engine);
        uint producer = await client.OpenProducerAsync(One);
        uint queue = await client.OpenQueueAsync("orders");
        return await client.PublishAsync(producer, Batch(queue, sequence, id));
    }

    internal static V1.PublishBatch Batch(uint queue, ulong firstSequence, params string?[] ids)
    {
        var batch = new V1.PublishBatch { Queue = queue, FirstSequence = firstSequence };
        foreach (var (index, id) in ids.Index())
        {
            var message = new V1.Message { Body = ByteString.CopyFromUtf8($"{firstSequence + (ulong)index}"), DeduplicationId = id ?? string.Empty };
            batch.Messages.Add(message.ToByteString());
        }
        return batch;
    }

    internal static V1.ClientFrame SetWindow(string queue, TimeSpan window) => Ask(new V1.AdministrationRequest
    {
        SetQueue = new V1.SetQueue
        {
            Queue = queue,
            Options = new V1.QueueOptions { DeduplicationWindow = (ulong)window.TotalMilliseconds },
        },
    });

    private static V1.ClientFrame Ask(V1.AdministrationRequest request) => new() { Administration = request };
}
