using Forewave.Broker.Tests.Fakes;
using Forewave.Protocol;
using Google.Protobuf;
using V1 = Forewave.Protocol.V1;

namespace Forewave.Broker.Tests.Queues;

public sealed class QueueAdministrationTests
{
    [Fact]
    public async Task Request_that_faults_is_answered_and_ends_its_connection()
    {
        await using var engine = await TestEngine.StartAsync();
        var client = await TestClient.GreetedAsync(engine.Engine);
        await client.OpenQueueAsync("orders");
        engine.Store.FailsToTellExtents = true;

        ulong correlation = await client.SendAsync(new V1.ClientFrame
        {
            Administration = new V1.AdministrationRequest { ListQueues = new V1.ListQueues() },
        });
        var answer = await client.ReadAsync();
        var end = await client.ReadAsync();

        Assert.Equal((correlation, (uint)ErrorCode.BrokerFault), (answer!.Correlation, answer.Error.Number));
        Assert.Null(end);
        engine.Store.FailsToTellExtents = false;
    }

    [Fact]
    public async Task Queue_is_created_shown_changed_and_deleted()
    {
        await using var engine = await TestEngine.StartAsync();
        var client = await TestClient.GreetedAsync(engine.Engine);

        var created = await AskAsync(client, new() { CreateQueue = new() { Queue = "orders" } });
        var changed = await AskAsync(client, new() { SetQueue = new() { Queue = "orders", Options = new() { Relaxed = true, Retention = 5_000 } } });
        var shown = await AskAsync(client, new() { ShowQueue = new() { Queue = "orders" } });
        await AskAsync(client, new() { DeleteQueue = new() { Queue = "orders" } });
        var gone = await client.AskAsync(new() { Administration = new() { ShowQueue = new() { Queue = "orders" } } });

        Assert.Equal((ulong)Limits.DefaultRetention.TotalMilliseconds, created.Queue.Options.Retention);
        Assert.True(changed.Queue.Options.Relaxed);
        Assert.Equal(5_000ul, shown.Queue.Options.Retention);
        Assert.Equal(created.Queue.QueueId, shown.Queue.QueueId);
        Assert.Equal((uint)ErrorCode.QueueNotFound, gone.Error.Number);
    }

    [Fact]
    public async Task Queues_are_listed_by_prefix_and_page()
    {
        await using var engine = await TestEngine.StartAsync();
        var client = await TestClient.GreetedAsync(engine.Engine);
        foreach (string name in (string[])["b-2", "a", "b-1", "b-3", "c"])
            await client.OpenQueueAsync(name);

        var first = (await AskAsync(client, new() { ListQueues = new() { Prefix = "b-", Max = 2 } })).Queues;
        var second = (await AskAsync(client, new() { ListQueues = new() { Prefix = "b-", Max = 2, After = "b-2" } })).Queues;

        Assert.Equal(["b-1", "b-2"], first.Queues.Select(queue => queue.Queue));
        Assert.True(first.More);
        Assert.Equal(["b-3"], second.Queues.Select(queue => queue.Queue));
        Assert.False(second.More);
    }

    [Fact]
    public async Task Empty_queue_is_subscribed_to_after_a_restart_without_a_checkpoint()
    {
        await using var engine = await TestEngine.StartAsync();
        var client = await TestClient.GreetedAsync(engine.Engine);
        await AskAsync(client, new() { CreateQueue = new() { Queue = "empty" } });

        await using var again = await TestEngine.StartAsync(engine.Store.Reopen());
        client = await TestClient.GreetedAsync(again.Engine);
        var subscribe = new V1.Subscribe { Queue = "empty", Group = "g", ConsumerId = ByteString.CopyFrom(new byte[15].Append((byte)1).ToArray()), ConsumerName = "c" };
        var answer = await client.AskAsync(new V1.ClientFrame { Subscribe = subscribe });

        Assert.Null(answer.Error);
        Assert.NotNull(answer.Subscribed);
        await engine.DisposeAsync();
    }

    [Fact]
    public async Task Queues_and_their_options_are_there_after_a_restart()
    {
        var engine = await TestEngine.StartAsync();
        var client = await TestClient.GreetedAsync(engine.Engine);
        await AskAsync(client, new() { CreateQueue = new() { Queue = "kept", Options = new() { Retention = 60_000 } } });
        await AskAsync(client, new() { CreateQueue = new() { Queue = "gone" } });
        engine.Store.AskForCheckpoint();
        while (engine.Store.CheckpointsTaken == 0)
            await Task.Yield();
        await AskAsync(client, new() { DeleteQueue = new() { Queue = "gone" } });
        var remade = await AskAsync(client, new() { CreateQueue = new() { Queue = "gone", Options = new() { Relaxed = true } } });

        await using var again = await TestEngine.StartAsync(engine.Store.Reopen());
        client = await TestClient.GreetedAsync(again.Engine);
        var kept = await AskAsync(client, new() { ShowQueue = new() { Queue = "kept" } });
        var shown = await AskAsync(client, new() { ShowQueue = new() { Queue = "gone" } });
        var fresh = await AskAsync(client, new() { CreateQueue = new() { Queue = "fresh" } });

        Assert.Equal(60_000ul, kept.Queue.Options.Retention);
        Assert.Equal((remade.Queue.QueueId, true), (shown.Queue.QueueId, shown.Queue.Options.Relaxed));
        Assert.True(fresh.Queue.QueueId > remade.Queue.QueueId);
        await engine.DisposeAsync();
    }

    [Fact]
    public async Task Queue_is_not_made_on_first_use_when_that_is_switched_off()
    {
        await using var engine = await TestEngine.StartAsync(options: new BrokerOptions { CreateQueues = false });
        var client = await TestClient.GreetedAsync(engine.Engine);

        var refused = await client.AskAsync(new() { OpenQueue = new() { Queue = "orders", Create = true } });
        await AskAsync(client, new() { CreateQueue = new() { Queue = "orders" } });
        var opened = await client.AskAsync(new() { OpenQueue = new() { Queue = "orders", Create = true } });

        Assert.Equal((uint)ErrorCode.QueueCreationOff, refused.Error.Number);
        Assert.NotNull(opened.QueueOpened);
    }

    [Fact]
    public async Task Queue_is_refused_when_there_are_too_many()
    {
        await using var engine = await TestEngine.StartAsync(options: new BrokerOptions { MaxQueues = 1 });
        var client = await TestClient.GreetedAsync(engine.Engine);
        await client.OpenQueueAsync("orders");

        var second = await client.AskAsync(new() { OpenQueue = new() { Queue = "more", Create = true } });
        var same = await client.AskAsync(new() { OpenQueue = new() { Queue = "orders", Create = true } });

        Assert.Equal((uint)ErrorCode.TooManyQueues, second.Error.Number);
        Assert.NotNull(same.QueueOpened);
    }

    [Fact]
    public async Task Publish_is_refused_when_the_queue_was_deleted()
    {
        await using var engine = await TestEngine.StartAsync();
        var client = await TestClient.GreetedAsync(engine.Engine);
        uint producer = await client.OpenProducerAsync(new ProducerId(5));
        uint queue = await client.OpenQueueAsync("orders");

        await AskAsync(client, new() { DeleteQueue = new() { Queue = "orders" } });
        var refused = await client.PublishAsync(producer, TestClient.Batch(queue, 1, 1));
        uint anew = await client.OpenQueueAsync("orders");
        var stored = await client.PublishAsync(producer, TestClient.Batch(anew, 2, 1));

        Assert.Equal((uint)ErrorCode.QueueNotFound, refused.Error.Number);
        Assert.Null(stored.Error);
    }

    private static async Task<V1.AdministrationAnswer> AskAsync(TestClient client, V1.AdministrationRequest request)
    {
        var answer = await client.AskAsync(new() { Administration = request });
        Assert.Null(answer.Error);
        return answer.Administration;
    }
}
