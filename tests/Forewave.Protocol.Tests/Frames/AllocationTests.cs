using System.Buffers;
using Forewave.Protocol.Frames;
using Google.Protobuf;

namespace Forewave.Protocol.Tests.Frames;

public sealed class AllocationTests
{
    private const int Messages = 1_000;

    [Fact]
    public void Reading_a_publish_and_validating_its_messages_allocates_nothing()
    {
        byte[] frame = PublishFrame();

        Assert.Equal(0, LeastAllocated(() => ReadPublish(frame) == Messages));
    }

    [Fact]
    public void Writing_and_reading_messages_allocates_nothing()
    {
        byte[] destination = new byte[1_000];
        string[] keys = ["order-17", "客户-9"];

        Assert.Equal(0, LeastAllocated(() => WriteMessages(destination, keys) == Messages));
    }

    [Fact]
    public void Writing_and_reading_answers_and_settles_allocates_nothing()
    {
        var destination = new ArrayBufferWriter<byte>(100_000);
        PublishedEntry[] entries = [PublishedEntry.Stored(new LogPosition(new Epoch(1), 17), Durability.Synced)];
        SettleRun[] runs =
        [
            new()
            {
                Queue = new QueueId(1),
                Group = new GroupId(1),
                First = new Offset(1),
                Count = 10,
                Attempt = Attempt.First,
                Epoch = new Epoch(1),
                Verb = SettleVerb.Ack,
            },
        ];

        Assert.Equal(0, LeastAllocated(() => AnswerAndSettle(destination, entries, runs) == 11));
    }

    // The first round warms up. What the runtime allocates for itself on this thread, once, is in one round; what the work does, in all.
    private static long LeastAllocated(Func<bool> work)
    {
        long least = long.MaxValue;
        bool isRight = true;
        for (int round = 0; round < 5; round++)
        {
            long before = GC.GetAllocatedBytesForCurrentThread();
            isRight &= work();
            least = Math.Min(least, GC.GetAllocatedBytesForCurrentThread() - before);
        }
        Assert.True(isRight);
        return least;
    }

    private static int WriteMessages(byte[] destination, string[] keys)
    {
        int written = 0;
        for (int i = 0; i < Messages; i++)
            written += WriteMessage(destination, keys);
        return written;
    }

    private static byte[] PublishFrame()
    {
        var batch = new V1.PublishBatch { Queue = 1, FirstSequence = 1 };
        for (int i = 0; i < Messages; i++)
        {
            var message = new V1.Message { Body = ByteString.CopyFrom(new byte[100]), Tag = "paid", Keys = { "order-1", "客户-2" } };
            message.Headers.Add(new V1.Header { Name = "trace", Value = ByteString.CopyFromUtf8("1") });
            batch.Messages.Add(message.ToByteString());
        }
        return new V1.ClientFrame { Correlation = 1, Publish = new V1.Publish { Producer = 1, Batches = { batch } } }.ToByteArray();
    }

    private static int ReadPublish(byte[] frame)
    {
        int good = 0;
        if (!ClientFrameReader.TryRead(frame, out var header, out _) || !PublishReader.TryOpen(frame, header.Payload, out var publish, out _))
            return -1;
        while (publish.MoveNext(out var batch))
        {
            foreach (var message in new MessageRun(batch.Messages.Of(frame)))
                good += MessageReader.TryRead(message, out var view, out _) && view.KeyCount == 2 ? 1 : 0;
        }
        return good;
    }

    private static int WriteMessage(byte[] destination, string[] keys)
    {
        var fields = new MessageFields { Body = "hello"u8, Keys = keys, Tag = "paid", OrderingKey = "k" };
        if (!MessageWriter.TryMeasure(fields, out int encodedBytes, out _))
            return 0;
        int written = MessageWriter.Write(destination, fields, encodedBytes);
        var run = new MessageRun(destination.AsSpan(0, written));
        return run.MoveNext() && MessageReader.TryRead(run.Current, out _, out _) ? 1 : 0;
    }

    private static long AnswerAndSettle(ArrayBufferWriter<byte> destination, PublishedEntry[] entries, SettleRun[] runs)
    {
        destination.ResetWrittenCount();
        PublishedWriter.Write(destination, new CorrelationId(1), entries);
        var frame = destination.WrittenSpan[4..];
        ServerFrameReader.TryRead(frame, out var header, out _);
        var published = new PublishedReader(frame, header.Payload);
        long seen = published.MoveNext(out _) ? 1 : 0;

        destination.ResetWrittenCount();
        SettleFrameWriter.Write(destination, new CorrelationId(2), runs);
        frame = destination.WrittenSpan[4..];
        ClientFrameReader.TryRead(frame, out var settleHeader, out _);
        var settle = new SettleReader(frame, settleHeader.Payload);
        while (settle.MoveNext(out var run))
            seen += run.Count;
        return seen;
    }
}
