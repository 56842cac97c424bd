using System.Buffers;
using System.Buffers.Binary;
using System.IO.Pipelines;
using Forewave.Broker.Sessions;
using Forewave.Protocol;
using Forewave.Protocol.Frames;
using Google.Protobuf;
using V1 = Forewave.Protocol.V1;

namespace Forewave.Broker.Tests.Fakes;

/// <summary>A client over memory that speaks by generated code alone, so that it checks the broker's own readers and writers.</summary>
internal sealed class TestClient
{
    private readonly MemoryPipe _pipe;
    private ulong _correlation;

    private TestClient(MemoryPipe pipe, Task<SessionEnd> session)
    {
        _pipe = pipe;
        Session = session;
    }

    /// <summary>Completes when the broker has ended the session.</summary>
    public Task<SessionEnd> Session { get; }

    public PipeWriter Output => _pipe.Output;

    public PipeReader Input => _pipe.Input;

    /// <summary>Connects without a hello.</summary>
    public static TestClient Connect(BrokerEngine engine, int towardsClientBytes = 64 * 1024, SessionOrigin? from = null)
    {
        var (broker, client) = MemoryPipe.Pair(towardsClientBytes);
        var origin = from ?? new SessionOrigin { Listener = "memory", Peer = "test" };
        return new TestClient(client, engine.RunSessionAsync(broker, origin, CancellationToken.None));
    }

    /// <summary>Connects and says hello.</summary>
    public static async Task<TestClient> GreetedAsync(BrokerEngine engine, int towardsClientBytes = 64 * 1024)
    {
        var client = Connect(engine, towardsClientBytes);
        var answer = await client.AskAsync(new V1.ClientFrame { Hello = Hello() });
        Assert.NotNull(answer.Hello);
        return client;
    }

    public static V1.Hello Hello() =>
        new() { ProtocolVersion = 1, Role = "mixed", Name = "test", Sdk = "test", SdkVersion = "1" };

    /// <summary>Sends a request with the next correlation, which it returns.</summary>
    public async Task<ulong> SendAsync(V1.ClientFrame frame)
    {
        frame.Correlation = ++_correlation;
        await SendBytesAsync(Encode(frame));
        return frame.Correlation;
    }

    public async Task SendBytesAsync(ReadOnlyMemory<byte> bytes) => await _pipe.Output.WriteAsync(bytes);

    public static byte[] Encode(V1.ClientFrame frame)
    {
        byte[] body = frame.ToByteArray();
        byte[] bytes = new byte[FrameDecoder.LengthBytes + body.Length];
        BinaryPrimitives.WriteInt32BigEndian(bytes, body.Length);
        body.CopyTo(bytes, FrameDecoder.LengthBytes);
        return bytes;
    }

    /// <summary>Sends a request and reads its answer; frames of the broker's own in between are passed over.</summary>
    public async Task<V1.ServerFrame> AskAsync(V1.ClientFrame frame) => await AnswerToAsync(await SendAsync(frame));

    /// <summary>Reads the answer to a request; other frames are passed over, but for errors.</summary>
    public async Task<V1.ServerFrame> AnswerToAsync(ulong correlation)
    {
        while (true)
        {
            var answer = await ReadAsync() ?? throw new InvalidOperationException("the connection ended before the answer");
            if (answer.Correlation == correlation || answer.Error is not null)
                return answer;
        }
    }

    /// <summary>The next frame; null at the end of the connection.</summary>
    public async Task<V1.ServerFrame?> ReadAsync()
    {
        while (true)
        {
            var result = await _pipe.Input.ReadAsync();
            var buffer = result.Buffer;
            if (FrameDecoder.TryRead(ref buffer, Limits.FrameBytes, out var frame, out _))
            {
                var parsed = V1.ServerFrame.Parser.ParseFrom(frame.ToArray());
                _pipe.Input.AdvanceTo(buffer.Start);
                return parsed;
            }
            _pipe.Input.AdvanceTo(buffer.Start, buffer.End);
            if (result.IsCompleted)
                return null;
        }
    }

    public async Task<uint> OpenProducerAsync(ProducerId id, string name = "shop")
    {
        var answer = await AskAsync(new V1.ClientFrame
        {
            OpenProducer = new V1.OpenProducer { ProducerId = ByteString.CopyFrom(id.ToBytes()), Name = name },
        });
        return answer.ProducerOpened.Producer;
    }

    public async Task<uint> OpenQueueAsync(string queue)
    {
        var answer = await AskAsync(new V1.ClientFrame { OpenQueue = new V1.OpenQueue { Queue = queue, Create = true } });
        return answer.QueueOpened.Queue;
    }

    public async Task<V1.PublishedBatch> PublishAsync(uint producer, V1.PublishBatch batch)
    {
        var answer = await AskAsync(PublishFrame(producer, batch));
        return Assert.Single(answer.Published.Batches);
    }

    public static V1.ClientFrame PublishFrame(uint producer, params V1.PublishBatch[] batches)
    {
        var publish = new V1.Publish { Producer = producer };
        publish.Batches.AddRange(batches);
        return new V1.ClientFrame { Publish = publish };
    }

    /// <summary>A batch whose bodies are the sequences of its messages.</summary>
    public static V1.PublishBatch Batch(uint queue, ulong firstSequence, int count)
    {
        var batch = new V1.PublishBatch { Queue = queue, FirstSequence = firstSequence };
        for (int i = 0; i < count; i++)
        {
            var message = new V1.Message { Body = ByteString.CopyFromUtf8($"{firstSequence + (ulong)i}") };
            batch.Messages.Add(message.ToByteString());
        }
        return batch;
    }

    /// <summary>The client goes away.</summary>
    public async Task<SessionEnd> LeaveAsync()
    {
        await _pipe.Output.CompleteAsync();
        await _pipe.Input.CompleteAsync();
        return await Session;
    }
}
