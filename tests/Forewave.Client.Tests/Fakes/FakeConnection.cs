using System.Buffers;
using System.Buffers.Binary;
using System.IO.Pipelines;
using Forewave.Protocol;
using Forewave.Protocol.Frames;
using Google.Protobuf;
using Command = Forewave.Protocol.V1.ClientFrame.CommandOneofCase;
using V1 = Forewave.Protocol.V1;

namespace Forewave.Client.Tests.Fakes;

/// <summary>The broker's end of one connection.</summary>
internal sealed class FakeConnection(MemoryPipe pipe)
{
    private uint _handles;

    /// <summary>Reads the hello and answers it.</summary>
    /// <param name="capabilities">What the broker can do.</param>
    public async Task GreetAsync(IEnumerable<string> capabilities)
    {
        V1.ClientFrame hello = await ExpectAsync(Command.Hello);
        V1.HelloAnswer answer = new() { ProtocolVersion = 1, BrokerVersion = "1.2.3", Partition = 3, Epoch = 7 };
        answer.Capabilities.AddRange(capabilities);
        await AnswerAsync(hello, new V1.ServerFrame { Hello = answer });
    }

    /// <summary>The broker announces that it will close the connection.</summary>
    public Task GoAwayAsync(TimeSpan? grace = null) => SendAsync(new V1.ServerFrame
    {
        GoAway = new V1.GoAway
        {
            Error = ErrorFrame.Of(ErrorCode.ShuttingDown), Grace = (uint)(grace ?? TimeSpan.FromSeconds(5)).TotalMilliseconds,
        },
    });

    /// <summary>The client leaves the subscription and closes the connection, and sends nothing else.</summary>
    public async Task ExpectLeaveAsync()
    {
        V1.ClientFrame unsubscribe = await ExpectPastCreditAsync(Command.Unsubscribe);
        Assert.Equal((Subscription, false), (unsubscribe.Unsubscribe.Subscription, unsubscribe.Unsubscribe.Release));
        await AnswerAsync(unsubscribe, new V1.ServerFrame { Unsubscribed = new V1.Unsubscribed() });
        await ExpectEndAsync();
    }

    /// <summary>The client closes the connection, and sends nothing else.</summary>
    public async Task ExpectEndAsync()
    {
        V1.ClientFrame? frame = await ReadAsync();
        Assert.True(frame is null, $"expected the end, got {frame}");
    }

    /// <summary>The next frame; null: the client has closed.</summary>
    public async Task<V1.ClientFrame?> ReadAsync()
    {
        while (true)
        {
            ReadResult result = await pipe.Input.ReadAsync().Soon();
            ReadOnlySequence<byte> buffer = result.Buffer;
            if (FrameDecoder.TryRead(ref buffer, Limits.FrameBytes, out ReadOnlySequence<byte> frame, out _))
            {
                V1.ClientFrame parsed = V1.ClientFrame.Parser.ParseFrom(frame.ToArray());
                pipe.Input.AdvanceTo(buffer.Start);
                return parsed;
            }

            pipe.Input.AdvanceTo(buffer.Start, buffer.End);
            if (result.IsCompleted)
            {
                return null;
            }
        }
    }

    /// <summary>The next frame, which is of this kind; pings are passed over.</summary>
    public async Task<V1.ClientFrame> ExpectAsync(Command command)
    {
        V1.ClientFrame? frame;
        do
        {
            frame = await ReadAsync();
        }
        while (frame?.CommandCase == Command.Ping);

        Assert.NotNull(frame);
        Assert.True(command == frame.CommandCase, $"expected {command}, got {frame}");
        return frame;
    }

    public async Task SendAsync(V1.ServerFrame frame)
    {
        byte[] body = frame.ToByteArray();
        byte[] bytes = new byte[FrameDecoder.LengthBytes + body.Length];
        BinaryPrimitives.WriteInt32BigEndian(bytes, body.Length);
        body.CopyTo(bytes, FrameDecoder.LengthBytes);
        await pipe.Output.WriteAsync(bytes);
    }

    public Task AnswerAsync(V1.ClientFrame request, V1.ServerFrame answer)
    {
        answer.Correlation = request.Correlation;
        return SendAsync(answer);
    }

    /// <summary>Refuses a request as a whole.</summary>
    public Task RefuseAsync(V1.ClientFrame request, ErrorCode code) =>
        AnswerAsync(request, new V1.ServerFrame { Error = ErrorFrame.Of(code) });

    /// <summary>Completes when the client has taken all that was sent to it.</summary>
    public async Task SettleDownAsync()
    {
        await SendAsync(new V1.ServerFrame { Ping = new V1.Ping() });
        await ExpectPastCreditAsync(Command.Pong);
    }

    /// <summary>The connection breaks.</summary>
    public async Task BreakAsync()
    {
        await pipe.Output.CompleteAsync();
        await pipe.Input.CompleteAsync();
    }

    /// <summary>Answers OpenProducer; returns what was asked.</summary>
    public async Task<V1.OpenProducer> AnswerProducerAsync(ulong lastSequence = 0)
    {
        V1.ClientFrame frame = await ExpectAsync(Command.OpenProducer);
        V1.ProducerOpened opened = new() { Producer = ++_handles, LastSequence = lastSequence };
        await AnswerAsync(frame, new V1.ServerFrame { ProducerOpened = opened });
        return frame.OpenProducer;
    }

    /// <summary>Answers OpenQueue; returns the handle.</summary>
    public async Task<uint> AnswerQueueAsync(string queue)
    {
        V1.ClientFrame frame = await ExpectAsync(Command.OpenQueue);
        Assert.Equal(queue, frame.OpenQueue.Queue);
        await AnswerAsync(frame, new V1.ServerFrame { QueueOpened = new V1.QueueOpened { Queue = ++_handles } });
        return _handles;
    }

    /// <summary>Answers Subscribe; returns what was asked. Its queue is number 11, its group number 12.</summary>
    public async Task<V1.Subscribe> AnswerSubscribeAsync(TimeSpan? visibilityTimeout = null)
    {
        V1.ClientFrame frame = await ExpectAsync(Command.Subscribe);
        TimeSpan timeout = visibilityTimeout ?? TimeSpan.FromSeconds(30);
        V1.Subscribed subscribed = new()
        {
            Subscription = Subscription = ++_handles, QueueId = 11, GroupId = 12, VisibilityTimeout = (uint)timeout.TotalMilliseconds,
        };
        await AnswerAsync(frame, new V1.ServerFrame { Subscribed = subscribed });
        return frame.Subscribe;
    }

    /// <summary>The handle of the last subscription.</summary>
    public uint Subscription { get; private set; }

    /// <summary>Sends runs to the last subscription.</summary>
    public Task DeliverAsync(params IEnumerable<V1.DeliveredRun> runs)
    {
        V1.Delivery delivery = new() { Subscription = Subscription };
        delivery.Runs.AddRange(runs);
        return SendAsync(new V1.ServerFrame { Delivery = delivery });
    }

    /// <summary>Answers a settle: all of it succeeded but for these.</summary>
    public Task AnswerSettleAsync(V1.ClientFrame settle, params IEnumerable<V1.SettleFailure> failures)
    {
        V1.Settled settled = new();
        settled.Failures.AddRange(failures);
        return AnswerAsync(settle, new V1.ServerFrame { Settled = settled });
    }

    /// <summary>Answers a publish: all of it stored from this position on.</summary>
    public Task AnswerPublishAsync(V1.ClientFrame publish, ulong position)
    {
        V1.Published published = new();
        foreach (V1.PublishBatch batch in publish.Publish.Batches)
        {
            published.Batches.Add(new V1.PublishedBatch { FirstPosition = position, Durability = V1.Durability.Synced });
            position += (ulong)batch.Messages.Count;
        }

        return AnswerAsync(publish, new V1.ServerFrame { Published = published });
    }

    /// <summary>The next frame, of one of these kinds; credit is passed over.</summary>
    public async Task<V1.ClientFrame> ExpectPastCreditAsync(params Command[] commands)
    {
        V1.ClientFrame? frame;
        do
        {
            frame = await ReadAsync();
        }
        while (frame?.CommandCase is Command.Ping or Command.Credit);

        Assert.NotNull(frame);
        Assert.Contains(frame.CommandCase, commands);
        return frame;
    }

    /// <summary>A run of messages whose bodies are their offsets.</summary>
    public static V1.DeliveredRun Run(long first, int count, uint attempt = 1, TimeSpan? visibilityTimeout = null, int padding = 0)
    {
        V1.DeliveredRun run = new()
        {
            FirstOffset = (ulong)first,
            FirstPosition = 1000 + (ulong)first,
            PublishTime = 1_767_323_045_000,
            Attempt = attempt,
            Epoch = 7,
            VisibilityTimeout = (uint)(visibilityTimeout ?? TimeSpan.FromSeconds(30)).TotalMilliseconds,
            ProducerName = "shop",
        };
        for (int i = 0; i < count; i++)
        {
            V1.Message message = new() { Body = ByteString.CopyFromUtf8($"{first + i}".PadRight(padding)) };
            run.Messages.Add(message.ToByteString());
        }

        return run;
    }
}
