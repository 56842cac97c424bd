using Forewave.Broker.Scheduling.Pending;
using Forewave.Broker.Scheduling.Recurring;
using Forewave.Protocol;
using Forewave.Protocol.Frames;
using Forewave.Storage;

namespace Forewave.Broker.Scheduling;

/// <summary>
/// What records do to the scheduled messages: the same in recovery and in life. Places in lanes are ranks of records, so every
/// record is applied once, in log order; what a checkpoint knows already is passed over. For recovery's thread, then for whoever
/// has the scheduler's turn.
/// </summary>
internal sealed class ScheduleFold
{
    private readonly IStore _store;
    private readonly PendingMessages _pending;
    private readonly RecurringMessages _recurring;

    public ScheduleFold(IStore store, PendingMessages pending, RecurringMessages recurring)
    {
        _store = store;
        _pending = pending;
        _recurring = recurring;
    }

    /// <summary>Records of lanes up to here are in what was loaded.</summary>
    public LogPosition LoadedDispatched { get; set; }

    /// <summary>Records of the scheduler up to here are in the recurring messages that were loaded.</summary>
    public LogPosition LoadedTail { get; set; }

    /// <summary>Messages whose keys are not known yet, because memory did not have them any more.</summary>
    public Queue<LaneRange> WithoutKeys { get; } = new();

    /// <summary>A record that recovery reads; those of others are passed over.</summary>
    public void Apply(in CommittedRecord record, ReadOnlySpan<byte> payload)
    {
        var header = record.Header;
        switch (header.Type)
        {
            case RecordType.Scheduled or RecordType.Rescheduled:
                if (Dispatch(record) is { } range)
                    AddKeys(range, payload.Length == 0 ? payload : payload[HeadBytes(header.Type)..]);
                break;
            case RecordType.Released:
                RemoveRun(LogPosition.FromBits(header.Sequence), header.Count, header.Position);
                break;
            case RecordType.Cancelled:
                foreach (var run in CancelledRecord.Read(payload).Runs)
                    RemoveRun(run.First, run.Count, header.Position);
                break;
            case RecordType.RecurringChanged:
                if (header.Position > LoadedTail)
                    Changed(header.Queue, RecurringRecord.Read(payload), header.Position);
                break;
            default:
                break;
        }
    }

    /// <summary>A record of a lane was committed: its messages have their places, and wait.</summary>
    /// <returns>Where they are, if they have keys; null where not, or where they were known.</returns>
    public LaneRange? Dispatch(in CommittedRecord record)
    {
        var header = record.Header;
        if (header.Position <= LoadedDispatched)
            return null;
        var stamp = DueStamp.Read(header);
        var lane = _pending.Lane(stamp.Lane);
        long first = lane.End;
        _store.Dispatch(lane.Number.Value, new Offset(first), record);
        lane.End += header.Count;
        if (header.Type == RecordType.Rescheduled)
            _pending.RemoveBefore(LogPosition.FromBits(header.Sequence), header.Position);
        bool added = false;
        for (int i = 0; i < header.Count; i++)
        {
            var message = new PendingMessage(stamp.Queue, stamp.Due, header.Position.Plus((ulong)i));
            added |= _pending.TryAdd(new PendingPlace(lane, first + i), message);
        }
        if (added && header.Type == RecordType.Rescheduled)
            _pending.Rescheduled.Add(LogPosition.FromBits(header.Sequence), header.Position);
        return added && stamp.HasKeys ? new LaneRange(lane, new Offset(first), header.Count) : null;
    }

    /// <summary>Notes the keys of what was dispatched, if memory has it; else it is put down as without keys.</summary>
    public void AddKeys(in LaneRange range)
    {
        if (!_store.TryReadRecent(range.Lane.Number.Value, range.First, out var run))
        {
            WithoutKeys.Enqueue(range);
            return;
        }
        AddKeys(range, run.Messages.Span[new LaneRun(run).HeadBytes..]);
        run.Release();
    }

    /// <summary>Notes the keys of messages.</summary>
    /// <param name="range">Their places.</param>
    /// <param name="messages">The messages with tags and lengths, from the first one on.</param>
    public void AddKeys(in LaneRange range, ReadOnlySpan<byte> messages)
    {
        long place = range.First.Value;
        foreach (var message in new MessageRun(messages))
        {
            if (place == range.First.Value + range.Count)
                return;
            foreach (var key in MessageReader.ReadKeys(message))
                AddKey(new PendingPlace(range.Lane, place), key);
            place++;
        }
    }

    /// <summary>A recurring message was made, changed or deleted.</summary>
    public void Changed(uint queue, in RecurringRecord change, LogPosition record) => _recurring.Apply(queue, change, record);

    private void AddKey(PendingPlace place, ReadOnlySpan<byte> key)
    {
        uint queue = place.Lane.At(place.Place).Queue;
        if (queue != 0)
            place.Lane.AddKey(place.Place, KeyHash.Of(queue, key).Bits);
    }

    private void RemoveRun(LogPosition first, int count, LogPosition record)
    {
        for (int i = 0; i < count; i++)
            _pending.RemoveBefore(first.Plus((ulong)i), record);
    }

    private static int HeadBytes(RecordType type) => type == RecordType.Rescheduled ? LaneRun.RescheduledHeadBytes : 0;
}
