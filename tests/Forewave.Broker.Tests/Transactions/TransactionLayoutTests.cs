using Forewave.Broker.Scheduling.Pending;
using Forewave.Broker.Transactions;
using Forewave.Protocol;
using Forewave.Storage;

namespace Forewave.Broker.Tests.Transactions;

/// <summary>The bytes of docs/state-format.md.</summary>
public sealed class TransactionLayoutTests
{
    [Fact]
    public void Begun_record_is_as_documented()
    {
        var terms = new CheckBackTerms { First = TimeSpan.FromSeconds(6), Interval = TimeSpan.FromSeconds(30), Checks = 15 };

        var draft = new BegunRecord(terms, "shop").Draft(producer: 7);

        Assert.Equal("01" + "70170000" + "30750000" + "0F000000" + "04" + "73686F70", Convert.ToHexString(draft.Payload.Span));
        Assert.Equal((RecordType.TransactionBegun, 7u, true), (draft.Type, draft.Source, draft.IsLazy));
        Assert.Equal(new BegunRecord(terms, "shop"), BegunRecord.Read(draft.Payload.Span));
    }

    [Fact]
    public void Decided_record_is_as_documented()
    {
        var id = LogPosition.FromBits(0x0000_1000_0000_0010);

        var draft = new DecidedRecord(id, TransactionDecision.RollBack, 258).Draft(producer: 7, owner: null);
        var read = DecidedRecord.Read(new RecordHeader
        {
            Type = draft.Type, Position = LogPosition.FromBits(1), Count = 1, Time = default, Sequence = draft.Sequence, Extra = draft.Extra,
        });

        Assert.Equal((RecordType.Decided, 0x0000_1000_0000_0010ul, 0x1_0202ul, 0), (draft.Type, draft.Sequence, draft.Extra, draft.Payload.Length));
        Assert.Equal(new DecidedRecord(id, TransactionDecision.RollBack, 258), read);
    }

    [Fact]
    public void Record_of_repeats_is_as_documented()
    {
        var stamp = new PreparedStamp { Queue = 3, First = 9 };
        var transaction = LogPosition.FromBits(0x0000_1000_0000_0010);
        var position = LogPosition.FromBits(0x0000_1000_0000_0200);

        var draft = new PreparedRepeatsRecord(stamp, 2, 0x0000_1000_0000_0102).Draft(producer: 7, transaction);
        var near = new PreparedRepeatsRecord(stamp, 2, 5).Draft(producer: 7, transaction);
        var header = new RecordHeader { Type = draft.Type, Position = position, Count = draft.Count, Time = default, Sequence = draft.Sequence, Extra = draft.Extra };
        var read = PreparedRepeatsRecord.Read(header, draft.Payload.Span);

        Assert.Equal("01" + "0201000000100000", Convert.ToHexString(draft.Payload.Span));
        Assert.Equal((RecordType.RepeatedInTransaction, 2, 3u, 7u, 0x3_0000_0009ul, transaction.Bits), (draft.Type, draft.Count, draft.Queue, draft.Source, draft.Sequence, draft.Extra));
        Assert.Equal((3u, 9u, 2, 0x0000_1000_0000_0102ul), (read.Queue, read.First, read.Count, read.Original.Bits));
        Assert.Equal("01" + "0500000000000000", Convert.ToHexString(near.Payload.Span));
        Assert.Equal(position.Bits - 5, PreparedRepeatsRecord.Read(header, near.Payload.Span).Original.Bits);
    }

    [Fact]
    public void Prepared_record_names_queue_and_number_and_its_lane_is_an_hour()
    {
        var time = new Timestamp(1_767_323_045_000);

        var lane = LaneNumber.OfPrepared(time);
        ulong sequence = new PreparedStamp { Queue = 3, First = 9 }.Sequence;

        Assert.Equal(0x3_0000_0009ul, sequence);
        Assert.Equal(0xF400_0000u | (uint)(time.UnixMilliseconds / 3_600_000), lane.Value);
        Assert.True(LaneNumber.TryReadPrepared(lane.Value, out var read) && read == lane);
        Assert.False(LaneNumber.TryRead(lane.Value, out _));
    }
}
