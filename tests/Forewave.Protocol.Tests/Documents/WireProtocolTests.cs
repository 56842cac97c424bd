using System.Buffers;
using System.Text;
using Forewave.Protocol.Frames;
using Google.Protobuf;

namespace Forewave.Protocol.Tests.Documents;

public sealed class WireProtocolTests
{
    private static readonly ByteString ProducerId = ByteString.CopyFrom([.. Enumerable.Range(1, 16).Select(i => (byte)i)]);
    private static readonly ByteString ConsumerId = ByteString.CopyFrom([.. Enumerable.Range(17, 16).Select(i => (byte)i)]);
    private static readonly V1.Message First = new() { Body = ByteString.CopyFromUtf8("hello"), Tag = "greeting" };
    private static readonly V1.Message Second = new() { Body = ByteString.CopyFromUtf8("world"), Keys = { "k1" } };

    private static readonly (string Name, IMessage Frame)[] Frames =
    [
        ("hello", new V1.ClientFrame
        {
            Correlation = 1,
            Hello = new V1.Hello { ProtocolVersion = 1, Role = "mixed", Name = "example", Sdk = "none", SdkVersion = "0" },
        }),
        ("hello-answer", new V1.ServerFrame
        {
            Correlation = 1,
            Hello = new V1.HelloAnswer
            {
                ProtocolVersion = 1,
                BrokerVersion = "0.1.0",
                Epoch = 1,
                Heartbeat = 10_000,
                Limits = new V1.WireLimits
                {
                    MessageBytes = Limits.MessageBytes,
                    FrameBytes = Limits.FrameBytes,
                    MessagesPerFrame = Limits.MessagesPerFrame,
                    Keys = Limits.Keys,
                    KeyBytes = Limits.KeyBytes,
                    Headers = Limits.Headers,
                    HeadersBytes = Limits.HeadersBytes,
                    RequestsInFlight = Limits.RequestsInFlight,
                    Handles = Limits.HandlesPerConnection,
                },
            },
        }),
        ("open-producer", new V1.ClientFrame
        {
            Correlation = 2,
            OpenProducer = new V1.OpenProducer { ProducerId = ProducerId, Name = "shop" },
        }),
        ("producer-opened", new V1.ServerFrame { Correlation = 2, ProducerOpened = new V1.ProducerOpened { Producer = 1 } }),
        ("open-queue", new V1.ClientFrame { Correlation = 3, OpenQueue = new V1.OpenQueue { Queue = "orders", Create = true } }),
        ("queue-opened", new V1.ServerFrame { Correlation = 3, QueueOpened = new V1.QueueOpened { Queue = 1 } }),
        ("publish", new V1.ClientFrame
        {
            Correlation = 4,
            Publish = new V1.Publish
            {
                Producer = 1,
                Batches =
                {
                    new V1.PublishBatch { Queue = 1, FirstSequence = 1, Messages = { First.ToByteString(), Second.ToByteString() } },
                },
            },
        }),
        ("published", new V1.ServerFrame
        {
            Correlation = 4,
            Published = new V1.Published
            {
                Batches = { new V1.PublishedBatch { FirstPosition = 0x0000100000000007, Durability = V1.Durability.Synced } },
            },
        }),
        ("subscribe", new V1.ClientFrame
        {
            Correlation = 5,
            Subscribe = new V1.Subscribe { Queue = "orders", Group = "billing", ConsumerId = ConsumerId, ConsumerName = "example" },
        }),
        ("subscribed", new V1.ServerFrame
        {
            Correlation = 5,
            Subscribed = new V1.Subscribed { Subscription = 1, VisibilityTimeout = 30_000, QueueId = 1, GroupId = 1 },
        }),
        ("credit", new V1.ClientFrame { Credit = new V1.Credit { Subscription = 1, Messages = 1_000, Bytes = 1 << 20 } }),
        ("delivery", new V1.ServerFrame
        {
            Delivery = new V1.Delivery
            {
                Subscription = 1,
                Runs =
                {
                    new V1.DeliveredRun
                    {
                        FirstOffset = 1,
                        FirstPosition = 0x0000100000000007,
                        PublishTime = 1_800_000_000_000,
                        Attempt = 1,
                        Epoch = 1,
                        VisibilityTimeout = 30_000,
                        ProducerName = "shop",
                        Messages = { First.ToByteString(), Second.ToByteString() },
                    },
                },
            },
        }),
        ("settle", new V1.ClientFrame
        {
            Correlation = 6,
            Settle = new V1.Settle
            {
                Runs =
                {
                    new V1.SettleRun
                    {
                        QueueId = 1, GroupId = 1, FirstOffset = 1, Count = 2, Attempt = 1, Epoch = 1, Verb = V1.SettleVerb.Ack,
                    },
                },
            },
        }),
        ("settled", new V1.ServerFrame { Correlation = 6, Settled = new V1.Settled() }),
    ];

    public static TheoryData<string> Names => [.. Frames.Select(frame => frame.Name)];

    [Theory]
    [MemberData(nameof(Names))]
    public void Wire_protocol_page_shows_the_bytes_of_the_example(string name)
    {
        var frame = Frames.Single(candidate => candidate.Name == name).Frame;
        var written = new ArrayBufferWriter<byte>();

        GeneratedFrame.Write(written, frame);

        new Document("wire-protocol.md").AssertPart(name, Block(JsonFormatter.Default.Format(frame), written.WrittenSpan));
    }

    [Fact]
    public void Wire_protocol_page_shows_the_text_of_a_lease_handle()
    {
        var handle = new LeaseHandle(new PartitionNumber(513), new QueueId(3), new GroupId(4), new Offset(5), new Attempt(6), new Epoch(7));

        new Document("wire-protocol.md").AssertPart("handle", $"```\n{handle}\n```\n");
    }

    [Fact]
    public void Span_readers_read_the_frames_of_the_example()
    {
        byte[] Encoded(string name) => Frames.Single(frame => frame.Name == name).Frame.ToByteArray();

        Assert.True(Protocol.Tests.Frames.ReaderComparison.Publish(Encoded("publish")));
        Assert.True(Protocol.Tests.Frames.ReaderComparison.Published(Encoded("published")));
        Assert.True(Protocol.Tests.Frames.ReaderComparison.Delivery(Encoded("delivery")));
        Assert.True(Protocol.Tests.Frames.ReaderComparison.Settle(Encoded("settle")));
        Assert.True(Protocol.Tests.Frames.ReaderComparison.Settled(Encoded("settled")));
    }

    private static string Block(string json, ReadOnlySpan<byte> bytes)
    {
        var block = new StringBuilder($"```\n{json}\n\n");
        foreach (byte[] line in bytes.ToArray().Chunk(16))
            block.AppendJoin(' ', line.Select(b => b.ToString("x2"))).Append('\n');
        return block.Append("```\n").ToString();
    }
}
