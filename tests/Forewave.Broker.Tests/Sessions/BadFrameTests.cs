using System.Collections.Concurrent;
using System.Diagnostics.Metrics;
using System.Text;
using Forewave.Broker.Sessions;
using Forewave.Broker.Tests.Fakes;
using Forewave.Protocol;
using Google.Protobuf;
using V1 = Forewave.Protocol.V1;

namespace Forewave.Broker.Tests.Sessions;

/// <summary>What no client of ours sends: numbered error or close, bounded memory, others unharmed.</summary>
[Trait("Suite", "fuzz")]
public sealed class BadFrameTests
{
    private static readonly ProducerId Id = new(21);

    [Theory]
    [InlineData("00000000", ErrorCode.FrameBroken)]
    [InlineData("00800001", ErrorCode.FrameTooLarge)]
    [InlineData("FFFFFFFF", ErrorCode.FrameTooLarge)]
    [InlineData("00000003FFFFFF", ErrorCode.FrameBroken)]
    [InlineData("0000000408017A05", ErrorCode.FrameBroken)]
    public async Task Broken_frame_is_named_and_closes(string hex, ErrorCode expected)
    {
        await using var engine = await TestEngine.StartAsync();
        var client = await TestClient.GreetedAsync(engine.Engine);

        await client.SendBytesAsync(Convert.FromHexString(hex));

        Assert.Equal((uint)expected, (await client.ReadAsync())!.Error.Number);
        Assert.Null(await client.ReadAsync());
        Assert.Equal(SessionEnd.Finished, await client.Session);
    }

    [Theory]
    [InlineData("GET / HTTP/1.1\r\nHost: localhost\r\n\r\n", ErrorCode.FrameBroken, "HTTP")]
    [InlineData("\u0016\u0003\u0001\u0002\u0000\u0001\u0000\u0001", ErrorCode.FrameBroken, "TLS")]
    [InlineData("SSH-2.0-OpenSSH_9.2\r\n", ErrorCode.FrameBroken, "SSH")]
    [InlineData("USER anonymous\r\n", ErrorCode.FrameTooLarge, "limit")]
    public async Task Other_protocols_are_named_and_closed(string text, ErrorCode code, string word)
    {
        await using var engine = await TestEngine.StartAsync();
        var client = TestClient.Connect(engine.Engine);

        await client.SendBytesAsync(Encoding.Latin1.GetBytes(text));

        var error = (await client.ReadAsync())!.Error;
        Assert.Equal((uint)code, error.Number);
        Assert.Contains(word, error.Text, StringComparison.Ordinal);
        Assert.Null(await client.ReadAsync());
    }

    [Fact]
    public async Task Half_a_frame_and_silence_is_closed()
    {
        await using var engine = await TestEngine.StartAsync();
        var client = await TestClient.GreetedAsync(engine.Engine);
        byte[] whole = TestClient.Encode(TestClient.PublishFrame(1, TestClient.Batch(1, 1, 100)));
        await client.SendBytesAsync(whole.AsMemory(0, whole.Length / 2));

        V1.ServerFrame? last;
        do
        {
            var read = client.ReadAsync();
            while (!read.IsCompleted)
            {
                engine.Time.Move(TimeSpan.FromSeconds(1));
                await Task.Yield();
            }
            last = await read;
        }
        while (last!.Ping is not null);

        Assert.Equal((uint)ErrorCode.HeartbeatMissed, last.Error.Number);
        await client.Session;
    }

    [Fact]
    public async Task Frame_may_come_byte_by_byte()
    {
        await using var engine = await TestEngine.StartAsync();
        var client = await TestClient.GreetedAsync(engine.Engine);
        uint producer = await client.OpenProducerAsync(Id);
        uint queue = await client.OpenQueueAsync("orders");
        var frame = TestClient.PublishFrame(producer, TestClient.Batch(queue, 1, 20));
        frame.Correlation = 900;

        foreach (byte one in TestClient.Encode(frame))
            await client.SendBytesAsync(new[] { one });

        Assert.Equal(900ul, (await client.ReadAsync())!.Correlation);
        Assert.Equal(20, engine.Store.Records[^1].Header.Count);
    }

    [Fact]
    public async Task Bad_requests_are_answered_and_the_session_stays()
    {
        await using var engine = await TestEngine.StartAsync();
        var client = await TestClient.GreetedAsync(engine.Engine);
        (V1.ClientFrame Frame, ErrorCode Error)[] bad =
        [
            (new() { OpenProducer = new() { ProducerId = ByteString.CopyFrom(new byte[16]), Name = "p" } }, ErrorCode.FieldInvalid),
            (new() { OpenProducer = new() { ProducerId = ByteString.CopyFrom(new byte[3]), Name = "p" } }, ErrorCode.FieldInvalid),
            (new() { OpenProducer = new() { ProducerId = ByteString.CopyFrom(Id.ToBytes()), Name = "a,b" } }, ErrorCode.NameInvalid),
            (new() { OpenProducer = new() { ProducerId = ByteString.CopyFrom(Id.ToBytes()), Name = new string('x', 65) } }, ErrorCode.NameInvalid),
            (new() { OpenQueue = new() { Queue = "../etc", Create = true } }, ErrorCode.NameInvalid),
            (new() { OpenQueue = new() { Queue = "", Create = true } }, ErrorCode.NameInvalid),
            (new() { OpenQueue = new() { Queue = "none" } }, ErrorCode.QueueNotFound),
            (new() { Subscribe = new() { Queue = "q", Group = "", CreateQueue = true } }, ErrorCode.NameInvalid),
            (new() { Subscribe = new() { Queue = "q", Group = "g", CreateQueue = true } }, ErrorCode.FieldInvalid),
            (new() { Subscribe = Returning(ulong.MaxValue) }, ErrorCode.TooManyMessages),
            (new() { Subscribe = Returning(1_000_001) }, ErrorCode.TooManyMessages),
            (new() { Receive = new() { Subscription = 1, MaxMessages = 0 } }, ErrorCode.FieldInvalid),
            (new() { Receive = new() { Subscription = 4_000_000_000, MaxMessages = 1 } }, ErrorCode.UnknownHandle),
            (new() { Unsubscribe = new() { Subscription = 7 } }, ErrorCode.UnknownHandle),
            (new() { Publish = new() { Producer = 1 } }, ErrorCode.FieldInvalid),
            (new() { Administration = new() }, ErrorCode.CapabilityMissing),
            (new() { Administration = new() { SetQueue = new() { Queue = "q" } } }, ErrorCode.QueueNotFound),
            (new(), ErrorCode.CapabilityMissing),
        ];

        foreach (var (frame, error) in bad)
            Assert.Equal((error, frame), ((ErrorCode)((await client.AskAsync(frame)).Error?.Number ?? 0), frame));
        var ping = await client.AskAsync(new V1.ClientFrame { Ping = new V1.Ping() });

        Assert.NotNull(ping.Pong);
    }

    [Fact]
    public async Task Second_hello_closes()
    {
        await using var engine = await TestEngine.StartAsync();
        var client = await TestClient.GreetedAsync(engine.Engine);

        var answer = await client.AskAsync(new V1.ClientFrame { Hello = TestClient.Hello() });

        Assert.Equal((uint)ErrorCode.HelloExpected, answer.Error.Number);
        Assert.Null(await client.ReadAsync());
    }

    [Fact]
    public async Task Client_that_never_reads_is_not_read_and_then_given_up()
    {
        await using var engine = await TestEngine.StartAsync();
        var client = await TestClient.GreetedAsync(engine.Engine, towardsClientBytes: 4_096);
        var other = await TestClient.GreetedAsync(engine.Engine);
        byte[] ping = TestClient.Encode(new V1.ClientFrame { Correlation = 5, Ping = new V1.Ping() });
        byte[] many = [.. Enumerable.Repeat(ping, 10_000).SelectMany(bytes => bytes)];
        var closed = new ConcurrentQueue<object?>();
        using var listener = Listen(engine, "forewave.connections.closed", closed);

        var sending = SendForeverAsync(client, many);
        while (!client.Session.IsCompleted)
        {
            engine.Time.Move(TimeSpan.FromSeconds(1));
            var pong = await other.AskAsync(new V1.ClientFrame { Ping = new V1.Ping() });
            Assert.Null(pong.Error);
        }
        await sending;

        // Where the clock has overtaken its bytes it is found silent before it is found not to read.
        Assert.Equal(["HeartbeatMissed"], closed);
    }

    [Fact]
    public async Task Mutated_frames_harm_nobody_else()
    {
        int seed = Environment.TickCount;
        var random = new Random(seed);
        await using var engine = await TestEngine.StartAsync();
        var good = await TestClient.GreetedAsync(engine.Engine);
        uint producer = await good.OpenProducerAsync(Id);
        uint queue = await good.OpenQueueAsync("orders");
        byte[][] frames = [.. Samples().Select(TestClient.Encode)];

        for (int i = 0; i < 400; i++)
        {
            var bad = TestClient.Connect(engine.Engine);
            await bad.SendBytesAsync(TestClient.Encode(new V1.ClientFrame { Correlation = 1, Hello = TestClient.Hello() }));
            for (int k = 0; k < 5; k++)
                await bad.SendBytesAsync(Mutated(frames[random.Next(frames.Length)], random));
            await bad.LeaveAsync();
            var stored = await good.PublishAsync(producer, TestClient.Batch(queue, (ulong)i + 1, 1));
            Assert.True(stored.Error is null, $"{stored.Error} after seed {seed}, round {i}");
        }

        Assert.Null(engine.Engine.Failure);
        Assert.Equal(1, engine.Engine.Connections);
    }

    private static IEnumerable<V1.ClientFrame> Samples()
    {
        yield return new() { Correlation = 2, OpenProducer = new() { ProducerId = ByteString.CopyFrom(new ProducerId(99).ToBytes()), Name = "bad" } };
        yield return new() { Correlation = 3, OpenQueue = new() { Queue = "bad", Create = true } };
        var publish = TestClient.PublishFrame(1, TestClient.Batch(1, 1, 5), TestClient.Batch(1, 6, 2));
        publish.Correlation = 4;
        yield return publish;
        yield return new() { Correlation = 5, Subscribe = new() { Queue = "bad", Group = "g", ConsumerId = ByteString.CopyFrom(Id.ToBytes()), ConsumerName = "c" } };
        yield return new() { Correlation = 6, Receive = new() { Subscription = 1, MaxMessages = 10 } };
        yield return new() { Credit = new() { Subscription = 1, Messages = 10, Bytes = 10_000 } };
        var settle = new V1.Settle();
        settle.Runs.Add(new V1.SettleRun { QueueId = 1, GroupId = 2, FirstOffset = 1, Count = 1, Attempt = 1, Epoch = 1, Verb = V1.SettleVerb.Ack });
        yield return new() { Correlation = 7, Settle = settle };
        yield return new() { Correlation = 8, Unsubscribe = new() { Subscription = 1, Release = true } };
        yield return new() { Correlation = 9, Administration = new() { ListQueues = new() { Prefix = "b" } } };
        yield return new() { Correlation = 10, Administration = new() { SetGroup = new() { Queue = "bad", Group = "g", Create = true, Options = new() { MaxAttempts = 3 } } } };
    }

    private static V1.Subscribe Returning(ulong heldMessages) => new()
    {
        Queue = "q", Group = "g", CreateQueue = true, ConsumerId = ByteString.CopyFrom(Id.ToBytes()), ConsumerName = "c", Returning = true,
        Held = { new V1.OffsetRange { First = 1, Count = heldMessages, Attempt = 1 } },
    };

    private static byte[] Mutated(byte[] frame, Random random)
    {
        var bytes = new List<byte>(frame);
        for (int change = random.Next(4); change >= 0; change--)
        {
            int at = random.Next(bytes.Count);
            switch (random.Next(4))
            {
                case 0:
                    bytes[at] = (byte)random.Next(256);
                    break;
                case 1:
                    bytes[at] ^= (byte)(1 << random.Next(8));
                    break;
                case 2:
                    bytes.Insert(at, (byte)random.Next(256));
                    break;
                default:
                    if (bytes.Count > 1)
                        bytes.RemoveAt(at);
                    break;
            }
        }
        return [.. bytes];
    }

    private static MeterListener Listen(TestEngine engine, string counter, ConcurrentQueue<object?> errors)
    {
        var listener = new MeterListener
        {
            InstrumentPublished = (instrument, listener) =>
            {
                if (instrument.Meter.Scope == engine.Meters && instrument.Name == counter)
                    listener.EnableMeasurementEvents(instrument);
            },
        };
        listener.SetMeasurementEventCallback<long>((_, _, tags, _) => errors.Enqueue(tags.ToArray().Single(tag => tag.Key == "error.type").Value));
        listener.Start();
        return listener;
    }

    private static async Task SendForeverAsync(TestClient client, byte[] bytes)
    {
        while (!(await client.Output.WriteAsync(bytes)).IsCompleted)
            await Task.Yield();
    }
}
