using Forewave.Broker.Sessions;
using Forewave.Broker.Tests.Fakes;
using Forewave.Protocol;
using V1 = Forewave.Protocol.V1;

namespace Forewave.Broker.Tests.Sessions;

public sealed class SessionTests
{
    [Fact]
    public async Task Hello_is_answered_with_limits_and_capabilities()
    {
        await using var engine = await TestEngine.StartAsync();
        var client = TestClient.Connect(engine.Engine);

        var answer = (await client.AskAsync(new V1.ClientFrame { Hello = TestClient.Hello() })).Hello;

        Assert.Equal(7u, answer.Partition);
        Assert.Equal(1ul, answer.Epoch);
        Assert.Equal((uint)Limits.FrameBytes, answer.Limits.FrameBytes);
        Assert.Contains("streaming", answer.Capabilities);
        Assert.Contains("ordering", answer.Capabilities);
    }

    [Fact]
    public async Task Hello_does_not_offer_what_is_switched_off()
    {
        await using var engine = await TestEngine.StartAsync(options: new BrokerOptions { Ordering = false, Scheduling = false });
        var client = TestClient.Connect(engine.Engine);

        var answer = (await client.AskAsync(new V1.ClientFrame { Hello = TestClient.Hello() })).Hello;

        Assert.DoesNotContain("ordering", answer.Capabilities);
        Assert.DoesNotContain("delays", answer.Capabilities);
    }

    [Fact]
    public async Task Session_closes_when_the_first_frame_is_no_hello()
    {
        await using var engine = await TestEngine.StartAsync();
        var client = TestClient.Connect(engine.Engine);

        var answer = await client.AskAsync(new V1.ClientFrame { Ping = new V1.Ping() });

        Assert.Equal((uint)ErrorCode.HelloExpected, answer.Error.Number);
        Assert.Null(await client.ReadAsync());
        Assert.Equal(SessionEnd.Finished, await client.Session);
    }

    [Fact]
    public async Task Session_closes_when_no_hello_comes_within_10_s()
    {
        await using var engine = await TestEngine.StartAsync();
        var client = TestClient.Connect(engine.Engine);

        var answer = await ReadWhileMovingAsync(engine, client);

        Assert.Equal((uint)ErrorCode.HelloTimeout, answer!.Error.Number);
        await client.Session;
    }

    [Fact]
    public async Task Session_pings_an_idle_peer_and_closes_when_it_stays_silent()
    {
        await using var engine = await TestEngine.StartAsync();
        var client = await TestClient.GreetedAsync(engine.Engine);

        var first = await ReadWhileMovingAsync(engine, client);
        var last = first;
        while (last!.Error is null)
            last = await ReadWhileMovingAsync(engine, client);

        Assert.NotNull(first!.Ping);
        Assert.Equal((uint)ErrorCode.HeartbeatMissed, last.Error.Number);
        await client.Session;
    }

    [Fact]
    public async Task Session_stays_when_the_peer_answers_pings()
    {
        await using var engine = await TestEngine.StartAsync();
        var client = await TestClient.GreetedAsync(engine.Engine);

        for (int i = 0; i < 10; i++)
        {
            // Past one heartbeat and no further: a test that is held up must not look like a peer that is silent.
            var read = client.ReadAsync();
            engine.Time.Move(Limits.Heartbeat + TimeSpan.FromSeconds(1));
            var frame = await read;
            Assert.NotNull(frame!.Ping);
            await client.SendBytesAsync(TestClient.Encode(new V1.ClientFrame { Pong = new V1.Pong() }));
            await client.AskAsync(new V1.ClientFrame { Ping = new V1.Ping() });
        }

        Assert.False(client.Session.IsCompleted);
    }

    [Fact]
    public async Task Session_answers_an_error_and_stays_when_a_request_is_bad()
    {
        await using var engine = await TestEngine.StartAsync();
        var client = await TestClient.GreetedAsync(engine.Engine);

        var name = await client.AskAsync(new V1.ClientFrame { OpenQueue = new V1.OpenQueue { Queue = "No", Create = true } });
        var system = await client.AskAsync(new V1.ClientFrame { OpenQueue = new V1.OpenQueue { Queue = "$timers", Create = true } });
        var handle = await client.AskAsync(TestClient.PublishFrame(9, TestClient.Batch(1, 1, 1)));
        var ping = await client.AskAsync(new V1.ClientFrame { Ping = new V1.Ping() });

        Assert.Equal((uint)ErrorCode.NameInvalid, name.Error.Number);
        Assert.Equal((uint)ErrorCode.SystemQueue, system.Error.Number);
        Assert.Equal((uint)ErrorCode.UnknownHandle, handle.Error.Number);
        Assert.NotNull(ping.Pong);
    }

    [Fact]
    public async Task Session_is_refused_when_there_are_too_many()
    {
        await using var engine = await TestEngine.StartAsync(options: new BrokerOptions { MaxConnections = 1 });
        var first = await TestClient.GreetedAsync(engine.Engine);

        var second = TestClient.Connect(engine.Engine);
        var refused = await second.AskAsync(new V1.ClientFrame { Hello = TestClient.Hello() });

        Assert.Equal((uint)ErrorCode.TooManyConnections, refused.Error.Number);
        await second.Session;
        await first.LeaveAsync();
        await TestClient.GreetedAsync(engine.Engine);
    }

    [Fact]
    public async Task Connection_that_has_said_nothing_is_refused_when_there_are_many_more_than_there_may_be()
    {
        await using var engine = await TestEngine.StartAsync(options: new BrokerOptions { MaxConnections = 1 });
        for (int one = 0; one < 17; one++)
            TestClient.Connect(engine.Engine);

        var last = TestClient.Connect(engine.Engine);

        Assert.Equal((uint)ErrorCode.TooManyConnections, (await last.ReadAsync())!.Error.Number);
        await last.Session;
    }

    [Fact]
    public async Task Session_is_not_read_while_too_many_requests_are_in_flight()
    {
        var store = new FakeStore { CommitsByItself = false };
        await using var engine = await TestEngine.StartAsync(store, new BrokerOptions { RequestsInFlight = 4 });
        var client = await TestClient.GreetedAsync(engine.Engine);
        uint producer = await client.OpenProducerAsync(new ProducerId(3));
        uint queue = await client.OpenQueueAsync("orders");
        for (ulong sequence = 1; sequence <= 4; sequence++)
            await client.SendAsync(TestClient.PublishFrame(producer, TestClient.Batch(queue, sequence, 1)));
        await client.SendAsync(new V1.ClientFrame { Ping = new V1.Ping() });

        while (Published(store) < 4)
            await Task.Yield();
        // A session that read on would answer the ping at once.
        for (int i = 0; i < 1_000; i++)
            await Task.Yield();
        store.Commit();
        var frames = new List<V1.ServerFrame>();
        for (int i = 0; i < 5; i++)
            frames.Add((await client.ReadAsync())!);

        // It reads on with the first answer, so the ping's may overtake the rest.
        Assert.NotNull(frames[0].Published);
        Assert.Equal(4, frames.Count(frame => frame.Published is not null));
        Assert.Single(frames, frame => frame.Pong is not null);
    }

    [Fact]
    public async Task Handles_are_refused_when_there_are_too_many()
    {
        await using var engine = await TestEngine.StartAsync(options: new BrokerOptions { HandlesPerConnection = 2 });
        var client = await TestClient.GreetedAsync(engine.Engine);
        await client.OpenQueueAsync("q-1");
        await client.OpenQueueAsync("q-2");

        var third = await client.AskAsync(new V1.ClientFrame { OpenQueue = new V1.OpenQueue { Queue = "q-3", Create = true } });

        Assert.Equal((uint)ErrorCode.TooManyHandles, third.Error.Number);
    }

    private static int Published(FakeStore store) =>
        store.Records.Count(record => record.Header.Type == Storage.RecordType.Published);

    /// <summary>Reads a frame while the clock moves, second by second: its arrival depends on nothing else.</summary>
    private static async Task<V1.ServerFrame?> ReadWhileMovingAsync(TestEngine engine, TestClient client)
    {
        var read = client.ReadAsync();
        while (!read.IsCompleted)
        {
            engine.Time.Move(TimeSpan.FromSeconds(1));
            await Task.Yield();
        }
        return await read;
    }
}
