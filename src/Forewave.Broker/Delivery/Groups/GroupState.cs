using Forewave.Broker.Delivery.Cursors;
using Forewave.Broker.Delivery.DeadLetters;
using Forewave.Broker.Delivery.Keys;
using Forewave.Broker.Delivery.Records;
using Forewave.Broker.Delivery.Replays;
using Forewave.Protocol;
using Forewave.Storage;

namespace Forewave.Broker.Delivery.Groups;

/// <summary>
/// What the log says of one group: cursor, options, dead letters. A fold: <see cref="Apply"/> is the same in recovery and in
/// life, and nothing else changes it but the clock (<see cref="Cursor.Expire"/>). For the loop alone. A record that cannot be
/// read throws and leaves the group as far as it came: the partition stops.
/// </summary>
internal sealed class GroupState
{
    private const byte PartVersion = 9;

    /// <summary>Makes a group that starts at an offset.</summary>
    public GroupState(GroupIdentity identity, GroupOptions options, long startOffset)
        : this(identity, options, new Cursor(startOffset, new AttemptHistories()))
    {
    }

    private GroupState(GroupIdentity identity, GroupOptions options, Cursor cursor)
    {
        Identity = identity;
        Options = options;
        Cursor = cursor;
        Dead = new DeadLetterIndex(identity.DeadIndex);
    }

    /// <summary>Its numbers and its name.</summary>
    public GroupIdentity Identity { get; }

    /// <summary>Its options.</summary>
    public GroupOptions Options { get; set; }

    /// <summary>Its place in the queue.</summary>
    public Cursor Cursor { get; }

    /// <summary>Its dead letters.</summary>
    public DeadLetterIndex Dead { get; }

    /// <summary>The range that comes once more, or the last one that did; null: none.</summary>
    public GroupReplay? Replay { get; private set; }

    /// <summary>What goes on with its dead letters; of a group itself, not of its part in a band.</summary>
    public DeadOperations Operations { get; } = new();

    /// <summary>Messages that retention, a purge or rot took before the group settled them.</summary>
    public long Missed { get; private set; }

    /// <summary>Messages that expired before the group settled them, and did not become dead letters.</summary>
    public long Expired { get; private set; }

    /// <summary>Dead letters dispatched up to here are in it; only while recovering.</summary>
    public LogPosition Dispatched { get; private init; }

    /// <summary>Its own records up to here are in it; only while recovering.</summary>
    public LogPosition Tail { get; private init; }

    /// <summary>Does what a record says.</summary>
    /// <param name="type">The record's type.</param>
    /// <param name="sequence">Its sequence: an offset.</param>
    /// <param name="payload">Its payload.</param>
    public void Apply(RecordType type, ulong sequence, ReadOnlySpan<byte> payload)
    {
        switch (type)
        {
            case RecordType.Leased:
                Leased(LeasedRecord.Read(payload, out var leases), leases);
                break;
            case RecordType.Settled:
                Settled(SettledRecord.Read(payload, out var settled), settled);
                break;
            case RecordType.Extended:
                Extended(payload);
                break;
            case RecordType.DeadLettered:
                Cursor.Settle((long)sequence, 1);
                Dead.Settled((long)sequence, 1);
                Dead.Bury((long)sequence);
                break;
            case RecordType.Expired:
                DidExpire((long)sequence, payload);
                break;
            case RecordType.KeysNoted:
                KeysNoted((long)sequence, payload);
                break;
            case RecordType.Parked:
                Parked((long)sequence, ParkedRecord.Read(payload));
                break;
            case RecordType.Resumed:
                Cursor.Keys.Resume((long)sequence);
                break;
            case RecordType.GroupReset:
                Reset((long)sequence, GroupResetRecord.Read(payload));
                break;
            case RecordType.GroupReplay:
                Replayed((long)sequence, GroupReplayRecord.Read(payload));
                break;
            case RecordType.Redriven or RecordType.DeadPurged or RecordType.DeadTakenBack:
                Changed(DeadChangeRecord.Read(type, payload));
                break;
            case RecordType.DeadOperated:
                Operations.Apply(sequence, DeadOperatedRecord.Read(sequence, payload));
                break;
            case RecordType.CursorMoved:
                Moved((long)sequence, CursorMovedRecord.Read(payload));
                break;
            default:
                throw new InvalidDataException($"{type} is no record of a group");
        }
    }

    /// <summary>The queue was purged up to an offset.</summary>
    public void Purged(long lowest) => LoseBefore(lowest);

    /// <summary>Everything of the queue before an offset is gone.</summary>
    public void LoseBefore(long lowest)
    {
        Cursor.DropBefore(lowest, Dead.IsRedriven);
        Cursor.Read(lowest);
        Replay?.LoseBefore(lowest);
    }

    /// <summary>Writes it into a checkpoint.</summary>
    public void Write(RecordWriter writer)
    {
        writer.Byte(PartVersion);
        Identity.Write(writer);
        GroupOptionsCodec.Write(Options, writer);
        writer.Int64(Missed);
        CursorParts.Write(Cursor, writer);
        KeyParts.Write(Cursor.Keys, writer);
        Dead.Write(writer);
        writer.Int64(Expired);
        CursorParts.WriteRecalled(Cursor.Recalled, writer);
        writer.UInt32(Cursor.Recalled.Epoch);
        GroupReplay.Write(Replay, writer);
        Operations.Write(writer);
    }

    /// <summary>Reads what <see cref="Write"/> wrote.</summary>
    public static GroupState Read(in StatePart part, ReadOnlySpan<byte> state)
    {
        var reader = new RecordReader(state);
        byte version = reader.Version(PartVersion);
        var identity = GroupIdentity.Read(ref reader);
        var options = GroupOptionsCodec.Read(ref reader, version);
        long missed = reader.Int64();
        var cursor = CursorParts.Read(ref reader, version);
        if (version > 1)
            KeyParts.Read(cursor.Keys, ref reader);
        var group = new GroupState(identity, options, cursor)
        {
            Missed = missed, Dispatched = part.Dispatched, Tail = part.Tail,
        };
        group.Dead.Read(ref reader, version);
        group.Expired = version > 4 ? reader.Int64() : 0;
        if (version > 5)
            CursorParts.ReadRecalled(cursor.Recalled, ref reader);
        if (version > 6)
        {
            cursor.Recalled.Epoch = reader.UInt32();
            group.Replay = GroupReplay.Read(ref reader);
        }
        if (version > 7)
            group.Operations.Read(ref reader);
        return group;
    }

    /// <summary>Dead letters stay, and those that were redriven and are out are dead letters again.</summary>
    private void Reset(long readOffset, GroupResetRecord record)
    {
        CursorReset.To(Cursor, readOffset);
        Cursor.Recalled.Epoch = record.Epoch;
        Dead.TakeBack();
        Replay?.Cancel();
    }

    private void Replayed(long offset, in GroupReplayRecord record)
    {
        switch (record.Step)
        {
            case ReplayStep.Begin:
                Replay = GroupReplay.Begin(offset, record);
                break;
            case ReplayStep.Move:
                Replay?.Move(offset, record);
                break;
            default:
                Replay?.Cancel();
                break;
        }
    }

    private void Leased(LeasedRecord record, RecordReader runs)
    {
        Cursor.Recalled.DropBefore(Cursor.ReadOffset);
        var terms = new HoldTerms
        {
            Kind = HoldKind.Lease,
            IsReplayed = record.Kind == LeaseKind.Replayed,
            EndTime = record.Time + record.VisibilityMilliseconds,
            SinceTime = record.Time,
            VisibilityMilliseconds = record.VisibilityMilliseconds,
            Epoch = record.Epoch,
            Consumer = Cursor.Holds.Consumer(record.Consumer, record.ConsumerName),
        };
        bool redriven = record.Kind == LeaseKind.Redriven;
        for (int i = 0; i < record.Runs; i++)
        {
            var run = RecordRun.Read(ref runs, redriven);
            if (redriven)
                Dead.HandOut(run);
            else if (record.Kind == LeaseKind.InOrder)
                ReadThrough(run);
            Cursor.Lease(new ReadyRun(run.First, run.Count, run.Attempt), terms);
        }
    }

    private void Settled(SettledRecord record, RecordReader runs)
    {
        bool redriven = record.How == SettledHow.TakenRedriven;
        for (int i = 0; i < record.Runs; i++)
            Settled(record, RecordRun.Read(ref runs, redriven));
    }

    private void Settled(in SettledRecord record, in RecordRun run)
    {
        switch (record.How)
        {
            case SettledHow.Nack:
                var failure = new FailedAttempt { Attempt = run.Attempt, Time = record.Time, Consumer = "", Reason = record.Reason };
                Cursor.PutOff(run.First, run.Count, record.DueTime, failure);
                return;
            case SettledHow.Release:
                Cursor.Release(run.First, run.Count);
                return;
            case SettledHow.AckUpTo:
                if (Cursor.Holds.Find(record.Consumer) is { } consumer)
                    Cursor.SettleUpTo(consumer, run.First);
                Dead.SettledWhere(offset => !Cursor.IsUnsettled(offset));
                return;
            case SettledHow.Taken:
                ReadThrough(run);
                break;
            case SettledHow.TakenRedriven:
                Dead.HandOut(run);
                break;
            case SettledHow.Ack:
                break;
            default:
                throw new InvalidDataException($"a Settled record of kind {(int)record.How}");
        }
        Cursor.Settle(run.First, run.Count);
        Dead.Settled(run.First, run.Count);
    }

    /// <summary>
    /// First deliveries move the read offset. A redelivery does not, even of a message beyond it (that an earlier epoch had
    /// leased): what lies between was never handed out.
    /// </summary>
    private void ReadThrough(in RecordRun run)
    {
        if (Cursor.WasNeverHandedOut(run.First))
            Cursor.Read(run.End);
    }

    /// <summary>
    /// It comes after the record that hands out some of the messages, and survives only together with it. What lies between the
    /// notes was handed out, or passed over by the filter.
    /// </summary>
    private void KeysNoted(long readOffset, ReadOnlySpan<byte> payload)
    {
        Cursor.Read(readOffset);
        for (int i = KeysNotedRecord.Read(payload, out var runs); i > 0; i--)
        {
            var first = KeysNotedRecord.ReadRun(ref runs, out int count);
            if (first.Place > 0)
                Dead.HandOut(new RecordRun(first.Offset, 1, 1) { Place = first.Place });
            for (int j = 0; j < count; j++)
                Cursor.Keys.Note(first.Offset + j, new OrderingKeyHash(runs.UInt64()));
        }
    }

    /// <summary>
    /// What of the runs was handed out before is settled; the rest lies below the read offset, like what the filter passed over.
    /// </summary>
    private void DidExpire(long readOffset, ReadOnlySpan<byte> payload)
    {
        Cursor.Read(readOffset);
        for (int i = ExpiredRecord.Read(payload, out var runs); i > 0; i--)
        {
            var run = ExpiredRecord.ReadRun(ref runs);
            int count = (int)(run.End - run.First);
            Cursor.Settle(run.First, count);
            Expired += count;
        }
    }

    private void Parked(long offset, ParkedRecord record) =>
        Cursor.Park(new ParkedKey { Offset = offset, Key = record.Key, Time = record.Time, Reason = record.Reason });

    private void Extended(ReadOnlySpan<byte> payload)
    {
        var record = ExtendedRecord.Read(payload, out var runs);
        for (int i = 0; i < record.Runs; i++)
        {
            var run = RecordRun.Read(ref runs, withPlace: false);
            Cursor.Extend(run.First, run.Count, record.Time + record.VisibilityMilliseconds, record.VisibilityMilliseconds);
        }
    }

    private void Changed(DeadChangeRecord change)
    {
        if (change.Type == RecordType.Redriven)
            Dead.Redrive(new RedriveBatch(change.AfterOffset, change.Places, change.Operation));
        else if (change.Type == RecordType.DeadTakenBack)
            Dead.TakeBack(change.Places);
        else if (change.Until > 0)
            Dead.Bin.Add(new BinnedBatch(change.Operation, change.Until, change.Places));
        else
            Dead.Purge(change.Places);
    }

    private void Moved(long readOffset, CursorMovedRecord record)
    {
        Missed += record.Missed;
        if (record.Lowest > 0)
            LoseBefore(record.Lowest);
        Cursor.Read(readOffset);
    }
}
