using System.Runtime.InteropServices;
using Forewave.Broker.Delivery.Priorities;
using Forewave.Broker.Delivery.Records;
using Forewave.Storage;

namespace Forewave.Broker.Delivery.Outcomes;

/// <summary>
/// Puts a copy of each record that hands out or settles messages of a queue that asks for it into the queue's trace: in the same
/// append, so that one does not survive without the other. The copy says in its sequence the record's type and its band; of a dead
/// letter it has offset, time and reason, not the message. One for each loop. For the loop alone.
/// </summary>
internal sealed class Tracing(DeliveryLoop loop)
{
    private const int TypeShift = 8;
    private const ulong BandMask = (1UL << TypeShift) - 1;

    private readonly List<RecordDraft> _drafts = [];
    private readonly RecordWriter _deaths = new();

    /// <summary>One of these records of a queue is to be copied.</summary>
    public bool Wants(ReadOnlySpan<RecordDraft> drafts)
    {
        if (loop.Setting.IsTraced is not { } isTraced)
            return false;
        foreach (ref readonly var draft in drafts)
        {
            if (IsTraced(draft.Type))
                return isTraced(QueueOf(draft));
        }
        return false;
    }

    /// <summary>The records and their copies, valid until the next call.</summary>
    public ReadOnlySpan<RecordDraft> With(ReadOnlySpan<RecordDraft> drafts)
    {
        _drafts.Clear();
        foreach (ref readonly var draft in drafts)
            _drafts.Add(draft with { JoinsNext = true });
        foreach (ref readonly var draft in drafts)
        {
            if (IsTraced(draft.Type))
                _drafts.Add(CopyOf(draft) with { JoinsNext = true });
        }
        _drafts[^1] = _drafts[^1] with { JoinsNext = false };
        return CollectionsMarshal.AsSpan(_drafts);
    }

    /// <summary>Reads what a copy is of.</summary>
    public static (RecordType Type, int Band) Read(in RecordHeader header) =>
        ((RecordType)(header.Sequence >> TypeShift), (int)(header.Sequence & BandMask));

    private static bool IsTraced(RecordType type) => type is RecordType.Leased or RecordType.Settled or RecordType.Extended
        or RecordType.DeadLettered or RecordType.Parked or RecordType.Resumed or RecordType.Expired;

    private static uint QueueOf(in RecordDraft draft) =>
        PriorityBand.QueueOf(draft.Type == RecordType.DeadLettered ? (uint)draft.Extra : draft.Queue);

    private RecordDraft CopyOf(in RecordDraft draft)
    {
        var payload = draft.Type == RecordType.DeadLettered ? DeathOf(draft) : draft.Payload;
        var band = PriorityBand.OfIndex(draft.Type == RecordType.DeadLettered ? (uint)draft.Extra : draft.Queue);
        return new RecordDraft
        {
            Type = RecordType.Traced,
            Count = 1,
            Queue = TraceIndex.Of(QueueOf(draft)),
            Source = draft.Source,
            Sequence = (ulong)draft.Type << TypeShift | (uint)band.Number,
            Extra = draft.Sequence,
            Payload = payload,
            PayloadCrc = draft.Type == RecordType.DeadLettered ? Checksum.Of(payload.Span) : draft.PayloadCrc,
            IsLazy = draft.IsLazy,
        };
    }

    private ReadOnlyMemory<byte> DeathOf(in RecordDraft draft)
    {
        var letter = DeadLetters.DeadLetterRecord.Read(draft.Payload);
        _deaths.Clear();
        _deaths.Int64(letter.DeathTime);
        _deaths.UInt32(letter.History.Count == 0 ? 0 : letter.History[^1].Attempt);
        _deaths.Text(letter.Reason);
        return _deaths.Written;
    }
}
