using Forewave.Broker.Delivery.Cursors;
using Forewave.Broker.Delivery.DeadLetters;
using Forewave.Broker.Delivery.Groups;
using Forewave.Broker.Delivery.Keys;
using Forewave.Broker.Delivery.Pacing;
using Forewave.Broker.Delivery.Records;
using Forewave.Broker.Ingest;
using Forewave.Broker.Queues;
using Forewave.Protocol;

namespace Forewave.Broker.Tests.Delivery;

/// <summary>
/// The payloads of records, byte by byte, as docs/state-format.md has them; the bytes were made by another program. Whoever
/// changes a layout raises its version, keeps reading the old one, and changes the page.
/// </summary>
public sealed class RecordLayoutTests
{
    private const long Time = 1_700_000_000_000;
    private static readonly RecordRun Run = new(11, 12, 3);

    [Theory]
    [InlineData("Leased", "01000000000000000000000000000000000708776f726b65722d310168e5cf8b0100003075000005000000010000000b000000000000000c00000003000000")]
    [InlineData("SettledAck", "01010268e5cf8b010000010000000b000000000000000c00000003000000")]
    [InlineData("SettledNack", "01020368e5cf8b0100000f8fe5cf8b010000077370c3a4746572010000000b000000000000000c00000003000000")]
    [InlineData("SettledUpTo", "01060468e5cf8b01000000000000000000000000000000000007010000000b000000000000000c00000003000000")]
    [InlineData("Extended", "010568e5cf8b01000060ea0000010000000b000000000000000c00000003000000")]
    [InlineData("CursorMoved", "010209000000000000001400000000000000")]
    [InlineData("Expired", "010568e5cf8b010000010000000b000000000000000c000000")]
    [InlineData("DeadLettered", "012a000000000000000d6e6f2073756368206f726465720668e5cf8b010000bc0a0000001000000068e5cf8b0100004d00000001000000020000000568e5cf8b01000008776f726b65722d3104626f6f6d040000007a020a00")]
    [InlineData("KeysNoted", "01020000000b00000000000000000000000000000002000000bbaa000000000000ddcc0000000000001400000000000000030000000000000001000000ffee000000000000")]
    [InlineData("Parked", "010768e5cf8b0100000a6f726465722d34373131077370c3a4746572")]
    [InlineData("GroupChanged", "050009000000030000000a000000016703000000612c62307500000000000005000000e80300000000000060ea0000000000000100000088130000000000000101d43000000000000007000000030000000101")]
    [InlineData("QueueChanged", "040103005c260500000000e09304000000000060ea000000000000c0d40100000000006f7264657273")]
    [InlineData("QueueDeleted", "04020000c87e9a00000000c027090000000000000000000000000000000000000000006f7264657273")]
    [InlineData("GroupReset", "020768e5cf8b01000005000000")]
    [InlineData("ReplayBegun", "01010768e5cf8b0100002c01000000000000d430000000000000")]
    [InlineData("ReplayMoved", "01020868e5cf8b01000064000000000000000300000000000000")]
    [InlineData("ReplayCancelled", "01030968e5cf8b010000")]
    [InlineData("ProducerSeen", "0102030405060708090a0b0c0d0e0f1073686f70")]
    public void Record_has_the_layout_that_the_page_says(string record, string bytes) =>
        Assert.Equal(bytes, Convert.ToHexStringLower(BytesOf(record)));

    [Fact]
    public void Queue_of_the_first_version_is_read()
    {
        var record = QueueRecord.Decode(Convert.FromHexString("010101005c2605000000006f7264657273"));

        Assert.Equal((new QueueName("orders"), true, TimeSpan.FromDays(1), false), (record.Name, record.Options.Relaxed, record.Options.Retention, record.IsDeleted));
    }

    [Fact]
    public void Queue_of_the_second_version_is_read()
    {
        var record = QueueRecord.Decode(Convert.FromHexString("020101005c260500000000e0930400000000006f7264657273"));

        Assert.Equal(
            new QueueOptions { Relaxed = true, Retention = TimeSpan.FromDays(1), DeduplicationWindow = TimeSpan.FromMinutes(5) }, record.Options);
    }

    [Fact]
    public void Group_of_the_second_version_is_read()
    {
        byte[] bytes = Convert.FromHexString("020009000000030000000a000000016703000000612c62307500000000000005000000e80300000000000060ea00000000000001000000881300000000000001");

        var record = GroupChangedRecord.Read(bytes);

        Assert.Equal((GroupWithAll() with { IsPaused = false, Limit = default, SingleActive = false, OnExpired = ExpiredPolicy.Drop }), record.Options);
    }

    [Fact]
    public void Reset_of_the_first_version_is_read() =>
        Assert.Equal(new GroupResetRecord(Time + 7, 0), GroupResetRecord.Read(Convert.FromHexString("010768e5cf8b010000")));

    private static GroupOptions GroupWithAll() => new()
    {
        Filter = new TagFilter("a,b"), VisibilityTimeout = TimeSpan.FromSeconds(30), MaxAttempts = 5,
        Retry = new RetryPolicy { FirstDelay = TimeSpan.FromSeconds(1), MaxDelay = TimeSpan.FromMinutes(1), Delays = [TimeSpan.FromSeconds(5)] },
        OnFailure = FailurePolicy.Park, IsPaused = true, Limit = new DeliveryLimit { Rate = 12.5, Burst = 7, MaxLeased = 3 },
        SingleActive = true, OnExpired = ExpiredPolicy.DeadLetter,
    };

    private static byte[] BytesOf(string record)
    {
        var writer = new RecordWriter();
        switch (record)
        {
            case "Leased":
                AddRun(writer, new LeasedRecord
                {
                    Kind = LeaseKind.InOrder, Consumer = new ConsumerId(7), ConsumerName = "worker-1", Time = Time + 1,
                    VisibilityMilliseconds = 30_000, Epoch = 5,
                }.Write(writer));
                break;
            case "SettledAck":
                AddRun(writer, new SettledRecord { How = SettledHow.Ack, Time = Time + 2 }.Write(writer));
                break;
            case "SettledNack":
                AddRun(writer, new SettledRecord { How = SettledHow.Nack, Time = Time + 3, DueTime = Time + 9_999, Reason = "später" }.Write(writer));
                break;
            case "SettledUpTo":
                AddRun(writer, new SettledRecord { How = SettledHow.AckUpTo, Time = Time + 4, Consumer = new ConsumerId(7) }.Write(writer));
                break;
            case "Extended":
                AddRun(writer, new ExtendedRecord(Time + 5, 60_000, 0).Write(writer));
                break;
            case "CursorMoved":
                new CursorMovedRecord(MoveReason.Expired) { Missed = 9, Lowest = 20 }.Write(writer);
                break;
            case "DeadLettered":
                Letter().Write(writer);
                break;
            case "KeysNoted":
                KeysNotedRecord.Write([Note(11, 0xAABB), Note(12, 0xCCDD), Note(20, 0xEEFF) with { Place = 3 }], writer);
                break;
            case "Parked":
                new ParkedRecord { Time = Time + 7, Key = "order-4711", Reason = "später" }.Write(writer);
                break;
            case "GroupChanged":
                var identity = new GroupIdentity { Id = 9, QueueId = 3, DeadIndex = 10, Name = new GroupName("g") };
                new GroupChangedRecord(IsDeleted: false, identity, GroupWithAll()).Write(writer);
                break;
            case "QueueChanged":
                return new QueueRecord(new QueueName("orders"), new QueueOptions { Relaxed = true, Trace = true, DeleteWhenIdle = TimeSpan.FromMinutes(1), Retention = TimeSpan.FromDays(1), DeduplicationWindow = TimeSpan.FromMinutes(5), TimeToLive = TimeSpan.FromMinutes(2) }, IsDeleted: false).Encode();
            case "QueueDeleted":
                return new QueueRecord(new QueueName("orders"), new QueueOptions { Retention = TimeSpan.FromDays(30), DeduplicationWindow = TimeSpan.FromMinutes(10) }, IsDeleted: true).Encode();
            case "Expired":
                ExpiredRecord.Write(Time + 5, [OffsetSpan.Of(11, 12)], writer);
                break;
            case "GroupReset":
                new GroupResetRecord(Time + 7, 5).Write(writer);
                break;
            case "ReplayBegun":
                new GroupReplayRecord { Step = ReplayStep.Begin, Time = Time + 7, End = 300, Rate = 12_500 }.Write(writer);
                break;
            case "ReplayMoved":
                new GroupReplayRecord { Step = ReplayStep.Move, Time = Time + 8, Delivered = 100, PassedOver = 3 }.Write(writer);
                break;
            case "ReplayCancelled":
                new GroupReplayRecord { Step = ReplayStep.Cancel, Time = Time + 9 }.Write(writer);
                break;
            case "ProducerSeen":
                return ProducerRecord.Encode(new ProducerId(new UInt128(0x0102030405060708, 0x090A0B0C0D0E0F10)), "shop"u8);
            default:
                throw new ArgumentOutOfRangeException(nameof(record), record, "no such record");
        }
        return writer.Written.ToArray();
    }

    private static KeyNote Note(long offset, ulong key) => new(offset, new OrderingKeyHash(key));

    private static void AddRun(RecordWriter writer, int countAt)
    {
        Run.Write(writer, withPlace: false);
        writer.FillUInt32(countAt, 1);
    }

    private static DeadLetterRecord Letter() => new()
    {
        Offset = 42, Reason = "no such order", DeathTime = Time + 6, Position = LogPosition.FromBits(0x0000_1000_0000_0ABC),
        PublishTime = Time, Producer = 77,
        History = [new FailedAttempt { Attempt = 2, Time = Time + 5, Consumer = "worker-1", Reason = "boom" }],
        Message = new byte[] { 0x7A, 2, 0x0A, 0 },
    };
}
