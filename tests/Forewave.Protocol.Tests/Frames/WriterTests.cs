using System.Buffers;
using System.Buffers.Binary;
using System.Text;
using Forewave.Protocol.Frames;
using Google.Protobuf;
using Xunit.Abstractions;

namespace Forewave.Protocol.Tests.Frames;

public sealed class WriterTests(ITestOutputHelper output)
{
    private const int Rounds = 200;

    [Fact]
    public void Message_writer_writes_what_generated_code_would()
    {
        var random = new SeededRandom(output);
        for (int i = 0; i < Rounds; i++)
        {
            var message = RandomMessages.Message(random);
            var fields = FieldsOf(message, [.. message.Keys], [.. message.Headers.Select(h => KeyValuePair.Create(h.Name, h.Value.Memory))]);

            Assert.True(MessageWriter.TryMeasure(fields, out int encodedBytes, out var problem), problem.Text);
            byte[] written = new byte[MessageWriter.SizeInRun(encodedBytes)];
            Assert.Equal(written.Length, MessageWriter.Write(written, fields, encodedBytes));

            byte[] expected = message.ToByteArray();
            Assert.Equal(expected, written[^expected.Length..]);
            Assert.Equal(expected.Length, encodedBytes);
            Assert.Equal(expected, Assert.Single(V1.PublishBatch.Parser.ParseFrom(written).Messages).ToByteArray());
        }
    }

    [Fact]
    public void Publish_frame_writer_writes_what_generated_code_would()
    {
        var random = new SeededRandom(output);
        for (int i = 0; i < Rounds; i++)
        {
            var frame = RandomMessages.Publish(random);
            var written = new ArrayBufferWriter<byte>();

            WritePublish(written, frame);

            AssertFrame(frame, written);
        }
    }

    [Fact]
    public void Delivery_writer_writes_what_generated_code_would()
    {
        var random = new SeededRandom(output);
        for (int i = 0; i < Rounds; i++)
        {
            var frame = RandomMessages.Delivery(random);
            foreach (var run in frame.Delivery.Runs)
                run.FirstPosition |= 1;
            var written = new ArrayBufferWriter<byte>();

            WriteDelivery(written, frame);

            AssertFrame(frame, written);
        }
    }

    [Fact]
    public void Published_writer_writes_what_generated_code_would()
    {
        var random = new SeededRandom(output);
        for (int i = 0; i < Rounds; i++)
        {
            var entries = new PublishedEntry[random.Below(5)];
            var expected = new V1.ServerFrame { Correlation = random.Number(62), Published = new V1.Published() };
            for (int n = 0; n < entries.Length; n++)
            {
                (entries[n], var batch) = Entry(random);
                expected.Published.Batches.Add(batch);
            }
            var written = new ArrayBufferWriter<byte>();

            PublishedWriter.Write(written, new CorrelationId(expected.Correlation), entries);

            Assert.Equal(written.WrittenCount, PublishedWriter.Size(new CorrelationId(expected.Correlation), entries));
            AssertFrame(expected, written);
        }
    }

    [Fact]
    public void Settled_writer_writes_what_generated_code_would()
    {
        var random = new SeededRandom(output);
        for (int i = 0; i < Rounds; i++)
        {
            var expected = RandomMessages.Settled(random);
            var failures = expected.Settled.Failures.Select(f => new SettleFailure
            {
                Run = f.Run,
                First = new Offset((long)f.FirstOffset),
                Count = f.Count,
                Error = f.Error,
            }).ToArray();
            var written = new ArrayBufferWriter<byte>();

            SettledWriter.Write(written, new CorrelationId(expected.Correlation), failures);

            Assert.Equal(written.WrittenCount, SettledWriter.Size(new CorrelationId(expected.Correlation), failures));
            AssertFrame(expected, written);
        }
    }

    [Fact]
    public void Settle_frame_writer_writes_what_generated_code_would()
    {
        var random = new SeededRandom(output);
        for (int i = 0; i < Rounds; i++)
        {
            var expected = RandomMessages.Settle(random);
            var runs = expected.Settle.Runs.Select(Run).ToArray();
            var written = new ArrayBufferWriter<byte>();

            SettleFrameWriter.Write(written, new CorrelationId(expected.Correlation), runs);

            Assert.Equal(written.WrittenCount, SettleFrameWriter.Size(new CorrelationId(expected.Correlation), runs));
            AssertFrame(expected, written);
        }
    }

    [Fact]
    public void Small_frames_are_what_generated_code_would_write()
    {
        var written = new ArrayBufferWriter<byte>();
        CreditWriter.Write(written, new CreditView { SubscriptionHandle = 3, Messages = 1000, Bytes = 1 << 20 });
        AssertFrame(new V1.ClientFrame { Credit = new V1.Credit { Subscription = 3, Messages = 1000, Bytes = 1 << 20 } }, written);

        written.ResetWrittenCount();
        HeartbeatFrames.WriteClientPing(written, new CorrelationId(7));
        AssertFrame(new V1.ClientFrame { Correlation = 7, Ping = new V1.Ping() }, written);

        written.ResetWrittenCount();
        HeartbeatFrames.WriteClientPong(written);
        AssertFrame(new V1.ClientFrame { Pong = new V1.Pong() }, written);

        written.ResetWrittenCount();
        HeartbeatFrames.WriteServerPing(written);
        AssertFrame(new V1.ServerFrame { Ping = new V1.Ping() }, written);

        written.ResetWrittenCount();
        HeartbeatFrames.WriteServerPong(written, new CorrelationId(9));
        AssertFrame(new V1.ServerFrame { Correlation = 9, Pong = new V1.Pong() }, written);
    }

    [Fact]
    public void Generated_frame_round_trips()
    {
        var frame = new V1.ClientFrame { Correlation = 1, OpenQueue = new V1.OpenQueue { Queue = "orders", Create = true } };
        var written = new ArrayBufferWriter<byte>();

        GeneratedFrame.Write(written, frame);

        AssertFrame(frame, written);
        Assert.True(GeneratedFrame.TryParse(V1.ClientFrame.Parser, written.WrittenSpan[4..], out var read, out _));
        Assert.Equal(frame, read);
    }

    [Fact]
    public void Generated_frame_is_refused_when_a_text_is_not_utf8()
    {
        var frame = new V1.ClientFrame { Subscribe = new V1.Subscribe { Queue = "orders", Group = "billing" } };
        byte[] encoded = frame.ToByteArray();
        encoded[encoded.AsSpan().IndexOf("billing"u8)] = 0xFF;

        bool read = GeneratedFrame.TryParse(V1.ClientFrame.Parser, encoded, out _, out var problem);

        Assert.False(read);
        Assert.Equal(ErrorCode.FrameBroken, problem.Code);
    }

    [Fact]
    public void Message_writer_refuses_what_the_reader_would()
    {
        static ErrorCode Refusal(in MessageFields fields)
        {
            Assert.False(MessageWriter.TryMeasure(fields, out _, out var problem));
            return problem.Code;
        }
        string long256 = new('k', 256);

        Assert.Equal(ErrorCode.MessageTooLarge, Refusal(new MessageFields { Body = new byte[Limits.MessageBytes] }));
        Assert.Equal(ErrorCode.TooManyKeys, Refusal(new MessageFields { Keys = ["1", "2", "3", "4", "5", "6", "7", "8", "9"] }));
        Assert.Equal(ErrorCode.KeyTooLong, Refusal(new MessageFields { Keys = [long256] }));
        Assert.Equal(ErrorCode.KeyTooLong, Refusal(new MessageFields { OrderingKey = long256 }));
        Assert.Equal(ErrorCode.KeyTooLong, Refusal(new MessageFields { DeduplicationId = long256 }));
        Assert.Equal(ErrorCode.MessageBroken, Refusal(new MessageFields { Keys = ["half \uD83D"] }));
        Assert.Equal(ErrorCode.TagInvalid, Refusal(new MessageFields { Tag = "a,b" }));
        Assert.Equal(ErrorCode.TagInvalid, Refusal(new MessageFields { Tag = "line\n" }));
        Assert.Equal(ErrorCode.HeaderInvalid, Refusal(new MessageFields { Headers = [new("", default)] }));
        Assert.Equal(ErrorCode.HeadersTooLarge, Refusal(new MessageFields { Headers = [new("h", new byte[Limits.HeadersBytes])] }));
        Assert.Equal(ErrorCode.FieldInvalid, Refusal(new MessageFields { Priority = 10 }));
        Assert.Equal(ErrorCode.FieldInvalid, Refusal(new MessageFields { DeliverAtMilliseconds = 1, DelayMilliseconds = 1 }));
        Assert.Equal(ErrorCode.FieldInvalid, Refusal(new MessageFields { ExpiresAtMilliseconds = 1, TimeToLiveMilliseconds = 1 }));
        Assert.Equal(ErrorCode.DeliveryTimeInvalid, Refusal(new MessageFields { DelayMilliseconds = long.MaxValue }));
    }

    private static void AssertFrame(IMessage expected, ArrayBufferWriter<byte> written)
    {
        byte[] encoded = expected.ToByteArray();
        byte[] framed = new byte[4 + encoded.Length];
        BinaryPrimitives.WriteInt32BigEndian(framed, encoded.Length);
        encoded.CopyTo(framed, 4);
        Assert.Equal(Convert.ToHexString(framed), Convert.ToHexString(written.WrittenSpan));
    }

    private static MessageFields FieldsOf(V1.Message message, string[] keys, KeyValuePair<string, ReadOnlyMemory<byte>>[] headers) =>
        new()
        {
            Body = message.Body.Span,
            Keys = keys,
            Headers = headers,
            Tag = message.Tag,
            OrderingKey = message.OrderingKey,
            Priority = message.HasPriority ? (int)message.Priority : null,
            DeliverAtMilliseconds = (long)message.DeliverAt,
            DelayMilliseconds = (long)message.Delay,
            ExpiresAtMilliseconds = (long)message.ExpiresAt,
            TimeToLiveMilliseconds = (long)message.TimeToLive,
            DeduplicationId = message.DeduplicationId,
        };

    private static SettleRun Run(V1.SettleRun run) => new()
    {
        Queue = new QueueId(run.QueueId),
        Group = new GroupId(run.GroupId),
        First = new Offset((long)run.FirstOffset),
        Count = run.Count,
        Attempt = new Attempt(run.Attempt),
        Epoch = new Epoch(run.Epoch),
        Verb = (SettleVerb)run.Verb,
        Delay = TimeSpan.FromMilliseconds((long)run.Delay),
        Reason = Encoding.UTF8.GetBytes(run.Reason),
    };

    private static (PublishedEntry Entry, V1.PublishedBatch Expected) Entry(SeededRandom random)
    {
        var position = LogPosition.FromBits(1 + random.Number(60));
        var durability = (Durability)(1 + random.Below(4));
        var expected = new V1.PublishedBatch { FirstPosition = position.Bits, Durability = (V1.Durability)durability };
        switch (random.Below(4))
        {
            case 0:
                return (PublishedEntry.Stored(position, durability), expected);
            case 1:
                expected.Duplicate = true;
                return (PublishedEntry.StoredBefore(position, durability), expected);
            case 2:
                LogPosition[] positions = [position, LogPosition.FromBits(random.Number(60)), LogPosition.FromBits(random.Number(60))];
                expected.Duplicate = true;
                expected.Positions.AddRange(positions.Select(p => p.Bits));
                return (PublishedEntry.StoredBefore(positions, durability), expected);
            default:
                var error = RandomMessages.Error(random);
                return (PublishedEntry.Refused(error), new V1.PublishedBatch { Error = error });
        }
    }

    private static byte[] RunOf(IEnumerable<ByteString> messages)
    {
        var run = new MemoryStream();
        using var stream = new CodedOutputStream(run, leaveOpen: true);
        foreach (var message in messages)
        {
            stream.WriteTag(15, WireFormat.WireType.LengthDelimited);
            stream.WriteBytes(message);
        }
        stream.Flush();
        return run.ToArray();
    }

    private static void WritePublish(ArrayBufferWriter<byte> destination, V1.ClientFrame frame)
    {
        var correlation = new CorrelationId(frame.Correlation);
        var batches = frame.Publish.Batches
            .Select(b => (Head: new PublishBatchHeader
            {
                QueueHandle = b.Queue,
                FirstSequence = new Sequence(b.FirstSequence),
                ReplacesSequence = new Sequence(b.ReplacesSequence),
            }, Messages: RunOf(b.Messages)))
            .ToArray();
        int batchesBytes = batches.Sum(b => PublishFrameWriter.BatchHeadSize(b.Head, b.Messages.Length) + b.Messages.Length);
        int headBytes = PublishFrameWriter.FrameHeadSize(correlation, frame.Publish.Producer, batchesBytes);
        var span = destination.GetSpan(headBytes + batchesBytes);
        int at = PublishFrameWriter.WriteFrameHead(span, correlation, frame.Publish.Producer, batchesBytes);
        Assert.Equal(headBytes, at);
        foreach (var (head, messages) in batches)
        {
            at += PublishFrameWriter.WriteBatchHead(span[at..], head, messages.Length);
            messages.CopyTo(span[at..]);
            at += messages.Length;
        }
        destination.Advance(at);
    }

    private static void WriteDelivery(ArrayBufferWriter<byte> destination, V1.ServerFrame frame)
    {
        var correlation = new CorrelationId(frame.Correlation);
        var runs = frame.Delivery.Runs
            .Select(r => (Head: new DeliveredRunHeader
            {
                First = new Offset((long)r.FirstOffset),
                FirstPosition = LogPosition.FromBits(r.FirstPosition),
                PublishTimeMilliseconds = (long)r.PublishTime,
                Attempt = new Attempt(r.Attempt),
                Epoch = new Epoch(r.Epoch),
                VisibilityTimeout = TimeSpan.FromMilliseconds(r.VisibilityTimeout),
                ProducerName = Encoding.UTF8.GetBytes(r.ProducerName),
                IsRedriven = r.Redriven,
            }, Messages: RunOf(r.Messages)))
            .ToArray();
        int runsBytes = runs.Sum(r => DeliveryWriter.RunHeadSize(r.Head, r.Messages.Length) + r.Messages.Length);
        int headBytes = DeliveryWriter.FrameHeadSize(correlation, frame.Delivery.Subscription, runsBytes);
        var span = destination.GetSpan(headBytes + runsBytes);
        int at = DeliveryWriter.WriteFrameHead(span, correlation, frame.Delivery.Subscription, runsBytes);
        Assert.Equal(headBytes, at);
        foreach (var (head, messages) in runs)
        {
            at += DeliveryWriter.WriteRunHead(span[at..], head, messages.Length);
            messages.CopyTo(span[at..]);
            at += messages.Length;
        }
        destination.Advance(at);
    }
}
