using Forewave.Broker.Delivery.Cursors;
using Forewave.Broker.Delivery.DeadLetters;
using Forewave.Broker.Delivery.Groups;
using Forewave.Broker.Delivery.Keys;
using Forewave.Broker.Delivery.Records;
using Forewave.Protocol;
using Forewave.Storage;

namespace Forewave.Broker.Tests.Delivery;

public sealed class RecordTests
{
    [Fact]
    public void Records_are_refused_when_they_are_cut_anywhere()
    {
        foreach (var (payload, read) in Samples())
        {
            read(payload);
            for (int length = 0; length < payload.Length; length++)
                Assert.Throws<InvalidDataException>(() => read(payload[..length]));
        }
    }

    [Fact]
    public void Records_of_a_newer_version_are_refused()
    {
        foreach (var (payload, read) in Samples())
        {
            payload[0] = 99;
            Assert.Throws<InvalidDataException>(() => read(payload));
        }
    }

    [Fact]
    public void Dead_letter_reads_back_as_it_was_written()
    {
        var letter = Letter();
        var writer = new RecordWriter();
        letter.Write(writer);

        var read = DeadLetterRecord.Read(writer.Written);

        Assert.Equal(letter.History, read.History);
        Assert.Equal(letter.Message.ToArray(), read.Message.ToArray());
        Assert.Equal(letter with { History = [], Message = default }, read with { History = [], Message = default });
    }

    [Fact]
    public void Text_is_cut_at_a_character_when_it_is_too_long()
    {
        var writer = new RecordWriter();
        writer.Text(new string('é', 200));

        var reader = new RecordReader(writer.Written.Span);

        Assert.Equal(new string('é', 127), reader.Text());
        Assert.Equal(0, reader.Remaining);
    }

    private static IEnumerable<(byte[] Payload, Action<byte[]> Read)> Samples()
    {
        var writer = new RecordWriter();
        int place = new LeasedRecord
        {
            Kind = LeaseKind.InOrder, Consumer = new ConsumerId(7), ConsumerName = "c", Time = 1, VisibilityMilliseconds = 2, Epoch = 3,
        }.Write(writer);
        new RecordRun(1, 2, 3).Write(writer, withPlace: false);
        writer.FillUInt32(place, 1);
        yield return (Taken(writer), payload => Group().Apply(RecordType.Leased, 0, payload));

        place = new SettledRecord { How = SettledHow.Nack, Time = 1, DueTime = 2, Reason = "no" }.Write(writer);
        new RecordRun(1, 2, 3).Write(writer, withPlace: false);
        writer.FillUInt32(place, 1);
        yield return (Taken(writer), payload => Group().Apply(RecordType.Settled, 0, payload));

        place = new ExtendedRecord(1, 2, 0).Write(writer);
        new RecordRun(1, 2, 3).Write(writer, withPlace: false);
        writer.FillUInt32(place, 1);
        yield return (Taken(writer), payload => Group().Apply(RecordType.Extended, 0, payload));

        new CursorMovedRecord(MoveReason.Expired) { Missed = 1, Lowest = 2 }.Write(writer);
        yield return (Taken(writer), payload => Group().Apply(RecordType.CursorMoved, 3, payload));

        new GroupChangedRecord(false, Group().Identity, GroupOptions.Default).Write(writer);
        yield return (Taken(writer), payload => GroupChangedRecord.Read(payload));

        KeysNotedRecord.Write([new KeyNote(3, new OrderingKeyHash(8)), new KeyNote(4, new OrderingKeyHash(9)), new KeyNote(1, new OrderingKeyHash(9)) { Place = 2 }], writer);
        yield return (Taken(writer), payload => Group().Apply(RecordType.KeysNoted, 5, payload));

        ExpiredRecord.Write(1, [OffsetSpan.Of(1, 2), OffsetSpan.Of(7, 1)], writer);
        yield return (Taken(writer), payload => Group().Apply(RecordType.Expired, 5, payload));

        new ParkedRecord { Time = 1, Key = "k", Reason = "no" }.Write(writer);
        yield return (Taken(writer), payload => Group().Apply(RecordType.Parked, 5, payload));

        Letter().Write(writer);
        yield return (Taken(writer), payload => DeadLetterRecord.Read(payload));

        foreach (var type in (RecordType[])[RecordType.Redriven, RecordType.DeadPurged, RecordType.DeadTakenBack])
        {
            var change = new DeadChangeRecord { Type = type, Places = Places.Of([PlaceRange.One(1)]), Operation = 2, Until = 3, AfterOffset = 4 };
            change.Write(writer);
            yield return (Taken(writer), payload => Group().Apply(type, 0, payload));
        }

        var page = new DeadPageTaken { After = 1, Scanned = 2, Places = Places.Of([PlaceRange.One(1)]), Offsets = [5] };
        new DeadOperatedRecord { Step = DeadStep.Page, Page = page }.Write(writer);
        yield return (Taken(writer), payload => Group().Apply(RecordType.DeadOperated, 1, payload));

        var operation = new DeadOperation { Number = 1, Terms = new DeadOperationTerms { Action = DeadAction.Redrive, Group = "g", Filter = "tag=x" } };
        new DeadOperatedRecord { Step = DeadStep.Begun, Operation = operation }.Write(writer);
        yield return (Taken(writer), payload => Group().Apply(RecordType.DeadOperated, 1, payload));

        Group().Write(writer);
        yield return (Taken(writer), payload => GroupState.Read(new StatePart(StateKind.Group, 1, default, default), payload));
    }

    private static byte[] Taken(RecordWriter writer)
    {
        byte[] payload = writer.Written.ToArray();
        writer.Clear();
        return payload;
    }

    private static GroupState Group() =>
        new(new GroupIdentity { Id = 1, QueueId = 2, DeadIndex = 3, Name = new GroupName("g") }, GroupOptions.Default, 1);

    private static DeadLetterRecord Letter() => new()
    {
        Offset = 5, Reason = "why", DeathTime = 6, Position = LogPosition.FromBits(7), PublishTime = 8, Producer = 9,
        History = [new FailedAttempt { Attempt = 1, Time = 2, Consumer = "c", Reason = "r" }],
        Message = new byte[] { 0x7A, 1, 2 },
    };
}
