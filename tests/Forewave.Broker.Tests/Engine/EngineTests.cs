using System.Diagnostics.Metrics;
using Forewave.Broker.Sessions;
using Forewave.Broker.Tests.Fakes;
using Forewave.Protocol;
using Forewave.Storage;
using Forewave.Storage.Files.Disk;
using Microsoft.Extensions.Logging.Abstractions;
using V1 = Forewave.Protocol.V1;

namespace Forewave.Broker.Tests.Engine;

public sealed class EngineTests
{
    [Fact]
    public async Task Queue_that_cannot_be_searched_at_present_keeps_its_old_messages_and_holds_up_no_other()
    {
        var time = new MovedTime();
        var expiring = new TaskCompletionSource();
        var store = new FakeStore { Time = time, UnreadableQueue = 1, Expiring = expiring };
        await using var engine = await TestEngine.StartAsync(store, time: time);
        var client = await TestClient.GreetedAsync(engine.Engine);
        uint producer = await client.OpenProducerAsync(new ProducerId(11));
        uint[] queues = [await client.OpenQueueAsync("held"), await client.OpenQueueAsync("free")];
        await client.PublishAsync(producer, TestClient.Batch(queues[0], 1, 1));
        await client.PublishAsync(producer, TestClient.Batch(queues[1], 2, 1));

        await time.MoveUntilAsync(expiring.Task, new BrokerOptions().RetentionInterval);

        Assert.All(store.Expired, expired => Assert.Equal(2u, expired.Queue));
        Assert.Null(engine.Engine.Failure);
    }

    [Fact]
    public async Task Connection_that_comes_after_the_end_is_told_that_the_broker_shuts_down()
    {
        var engine = await TestEngine.StartAsync(new FakeStore());
        await engine.Engine.StopAsync(CancellationToken.None);

        var late = TestClient.Connect(engine.Engine);
        var told = await late.ReadAsync();

        Assert.Equal((uint)ErrorCode.ShuttingDown, told!.Error.Number);
        await late.Session;
        await engine.DisposeAsync();
    }

    [Fact]
    public async Task Stop_says_go_away_answers_what_is_in_flight_and_takes_a_checkpoint()
    {
        var store = new FakeStore { CommitsByItself = false };
        var engine = await TestEngine.StartAsync(store, new BrokerOptions { CheckpointInterval = TimeSpan.FromDays(1) });
        var client = await TestClient.GreetedAsync(engine.Engine);
        uint producer = await client.OpenProducerAsync(new ProducerId(1));
        uint queue = await client.OpenQueueAsync("orders");
        await client.SendAsync(TestClient.PublishFrame(producer, TestClient.Batch(queue, 1, 1)));
        await client.AskAsync(new V1.ClientFrame { Ping = new V1.Ping() });

        var stop = engine.Engine.StopAsync(CancellationToken.None);
        var goAway = await client.ReadAsync();
        store.Commit();
        var published = await client.ReadAsync();
        await engine.Time.MoveUntilAsync(client.Session, TimeSpan.FromMilliseconds(20));
        var last = await client.ReadAsync();
        await stop;

        Assert.Equal((uint)ErrorCode.ShuttingDown, goAway!.GoAway.Error.Number);
        Assert.NotNull(published!.Published);
        Assert.Equal((uint)ErrorCode.ShuttingDown, last!.Error.Number);
        Assert.Equal(SessionEnd.Finished, await client.Session);
        Assert.Equal((1, true), (store.CheckpointsTaken, store.IsDisposed));
        await engine.DisposeAsync();
    }

    [Fact]
    public async Task Engine_closes_when_its_store_could_not_be_recovered()
    {
        using var meters = new FakeMeters();
        var store = new FakeStore { FailsToRecover = true };
        var engine = new BrokerEngine(store, new BrokerOptions(), new MovedTime(), NullLoggerFactory.Instance, meters);

        await Assert.ThrowsAsync<StoreException>(() => engine.StartAsync(CancellationToken.None));
        await engine.DisposeAsync();

        Assert.True(store.IsDisposed);
    }

    [Fact]
    public async Task Checkpoint_is_taken_when_something_was_written_for_some_minutes()
    {
        await using var engine = await TestEngine.StartAsync();
        var client = await TestClient.GreetedAsync(engine.Engine);
        await client.OpenQueueAsync("orders");

        while (engine.Store.CheckpointsTaken == 0)
        {
            engine.Time.Move(TimeSpan.FromSeconds(5));
            await Task.Yield();
        }

        Assert.Contains(engine.Store.Checkpoint, part => part.Part.Kind == Storage.StateKind.Catalogue);
    }

    [Fact]
    public async Task Record_of_a_newer_version_is_not_passed_over()
    {
        FakeStore store = new();
        byte[] payload = [1, 2, 3];
        store.TryAppend([new RecordDraft { Type = (RecordType)250, Count = 1, Payload = payload, PayloadCrc = Checksum.Of(payload) }], out _);

        var refused = await Assert.ThrowsAsync<StoreException>(() => TestEngine.StartAsync(store.Reopen()));

        Assert.Equal(ErrorCode.FormatTooNew, refused.Error);
        Assert.Contains("type 250", refused.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Checkpoint_is_tried_again_when_the_disk_was_full()
    {
        await using var engine = await TestEngine.StartAsync(new FakeStore { RefusesCheckpoints = 2 });
        var client = await TestClient.GreetedAsync(engine.Engine);
        await client.OpenQueueAsync("orders");

        engine.Store.AskForCheckpoint();
        while (engine.Store.CheckpointsTaken == 0)
        {
            engine.Time.Move(TimeSpan.FromSeconds(1));
            await Task.Yield();
        }

        Assert.Equal(0, engine.Store.RefusesCheckpoints);
        Assert.Null(engine.Engine.Failure);
    }

    [Fact]
    public async Task Checkpoint_that_the_store_asks_for_is_taken_when_nothing_was_written_since_the_last_one()
    {
        await using var engine = await TestEngine.StartAsync(new FakeStore());

        engine.Store.AskForCheckpoint();
        await TakenAsync(1).WaitAsync(TimeSpan.FromSeconds(30));
        engine.Store.AskForCheckpoint();
        await TakenAsync(2).WaitAsync(TimeSpan.FromSeconds(30));

        Assert.Null(engine.Engine.Failure);

        async Task TakenAsync(int checkpoints)
        {
            while (engine.Store.CheckpointsTaken < checkpoints)
                await Task.Yield();
        }
    }

    [Fact]
    public async Task Partition_stops_when_a_loop_fails()
    {
        var store = new FakeStore { FailsToReclaim = true };
        await using var engine = await TestEngine.StartAsync(store);
        await (await TestClient.GreetedAsync(engine.Engine)).OpenQueueAsync("orders");

        while (engine.Engine.Failure is null)
        {
            engine.Time.Move(TimeSpan.FromSeconds(5));
            await Task.Yield();
        }
        var client = await TestClient.GreetedAsync(engine.Engine);
        uint queue = await client.OpenQueueAsync("orders");
        uint producer = await client.OpenProducerAsync(new ProducerId(1));
        var refused = await client.PublishAsync(producer, TestClient.Batch(queue, 1, 1));

        Assert.Equal((uint)ErrorCode.PartitionStopped, refused.Error.Number);
    }

    [Fact]
    public async Task Metrics_tell_of_publishes_and_sizes()
    {
        await using var engine = await TestEngine.StartAsync();
        var client = await TestClient.GreetedAsync(engine.Engine);
        uint producer = await client.OpenProducerAsync(new ProducerId(1));
        uint queue = await client.OpenQueueAsync("orders");
        await client.PublishAsync(producer, TestClient.Batch(queue, 1, 3));
        await client.PublishAsync(producer, TestClient.Batch(queue, 1, 3));
        await client.PublishAsync(producer, TestClient.Batch(queue, 9, 2));
        var seen = new Dictionary<string, double>();

        using var listener = new MeterListener();
        listener.InstrumentPublished = (instrument, own) =>
        {
            if (ReferenceEquals(instrument.Meter.Scope, engine.Meters))
                own.EnableMeasurementEvents(instrument);
        };
        listener.SetMeasurementEventCallback<long>((instrument, value, _, _) => seen[instrument.Name] = value);
        listener.SetMeasurementEventCallback<double>((instrument, value, _, _) => seen[instrument.Name] = value);
        listener.Start();
        listener.RecordObservableInstruments();
        await client.PublishAsync(producer, TestClient.Batch(queue, 9, 2));

        Assert.Equal(3, seen["forewave.publish.messages"]);
        Assert.Equal(3, seen["forewave.publish.duplicates"]);
        Assert.Equal(2, seen["forewave.publish.refused"]);
        Assert.Equal(1, seen["forewave.connections"]);
        Assert.Equal(1, seen["forewave.queues"]);
        Assert.Contains("forewave.loop.age", seen.Keys);
        Assert.Contains("forewave.publish.duration", seen.Keys);
    }

    [Fact]
    public async Task Full_disk_refuses_publishes_and_lets_settles_go_on()
    {
        var time = new MovedTime();
        await using var engine = await TestEngine.StartOnDiskAsync(new MemoryDisk(16 * 1024 * 1024), time);
        var client = await TestClient.GreetedAsync(engine.Engine);
        uint producer = await client.OpenProducerAsync(new ProducerId(1));
        uint queue = await client.OpenQueueAsync("orders");
        var subscribed = await WireTests.SubscribeAsync(client, "orders", "billing");
        ulong next = 1;
        ErrorCode error = ErrorCode.None;
        while (error == ErrorCode.None && next < 1_000)
            error = (ErrorCode)((await client.PublishAsync(producer, Large(queue, next++))).Error?.Number ?? 0);

        var pulled = await client.AskAsync(new() { Receive = new() { Subscription = subscribed.Subscription, MaxMessages = 1 } });
        var run = pulled.Delivery.Runs[0];
        var settle = new V1.Settle();
        settle.Runs.Add(new V1.SettleRun
        {
            QueueId = subscribed.QueueId, GroupId = subscribed.GroupId, FirstOffset = run.FirstOffset, Count = 1, Attempt = run.Attempt, Epoch = run.Epoch, Verb = V1.SettleVerb.Ack,
        });
        var settled = await client.AskAsync(new() { Settle = settle });

        Assert.Equal(ErrorCode.DiskFull, error);
        Assert.Empty(settled.Settled.Failures);
    }

    private static V1.PublishBatch Large(uint queue, ulong sequence)
    {
        var batch = new V1.PublishBatch { Queue = queue, FirstSequence = sequence };
        var message = new V1.Message { Body = Google.Protobuf.ByteString.CopyFrom(new byte[200_000]) };
        batch.Messages.Add(Google.Protobuf.MessageExtensions.ToByteString(message));
        return batch;
    }
}
