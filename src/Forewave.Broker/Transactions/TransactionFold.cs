using Forewave.Broker.Scheduling.Pending;
using Forewave.Protocol;
using Forewave.Storage;

namespace Forewave.Broker.Transactions;

/// <summary>
/// What records do to the transactions: the same in recovery and in life. Places in lanes are ranks of records, so each Prepared record is
/// applied once, in log order, also where its transaction is decided already. For recovery's thread, then for whoever has the turn.
/// </summary>
internal sealed class TransactionFold(IStore store, OpenTransactions open, FinishedTransactions finished)
{
    /// <summary>Prepared records up to here are in what was loaded.</summary>
    public LogPosition LoadedDispatched { get; set; }

    /// <summary>The other records up to here are in what was loaded.</summary>
    public LogPosition LoadedTail { get; set; }

    /// <summary>A record that recovery reads; those of others are passed over.</summary>
    public void Apply(in CommittedRecord record, ReadOnlySpan<byte> payload)
    {
        var header = record.Header;
        switch (header.Type)
        {
            case RecordType.TransactionBegun:
                if (header.Position > LoadedTail)
                    Begun(header, BegunRecord.Read(payload));
                break;
            case RecordType.Prepared:
                Replayed(record);
                break;
            case RecordType.RepeatedInTransaction:
                if (header.Position > LoadedTail && open.Find(LogPosition.FromBits(header.Extra)) is { } transaction)
                    Repeated(transaction, PreparedRepeatsRecord.Read(header, payload), header.Position.Plus((ulong)header.Count - 1));
                break;
            case RecordType.Decided:
                if (header.Position > LoadedTail)
                    Decided(DecidedRecord.Read(header), header.Position, header.Time);
                break;
            default:
                break;
        }
    }

    /// <summary>A transaction was begun.</summary>
    public Transaction Begun(in RecordHeader header, in BegunRecord record)
    {
        var transaction = new Transaction
        {
            Id = header.Position, Producer = header.Source, ProducerName = record.ProducerName, Begun = header.Time, HeardOf = header.Time,
            Terms = record.Terms,
        };
        open.Add(transaction);
        return transaction;
    }

    /// <summary>A Prepared record was committed: its messages have their places.</summary>
    public void Dispatch(in CommittedRecord record)
    {
        var header = record.Header;
        if (header.Position <= LoadedDispatched)
            return;
        if (!LaneNumber.TryReadPrepared(header.Queue, out var number))
            throw new StoreException(ErrorCode.LogDamaged, $"record {header.Position} of type {header.Type} names lane {header.Queue:x8}, which is none");
        var lane = open.Lane(number);
        long place = lane.End;
        store.Dispatch(number.Value, new Offset(place), record);
        lane.End += header.Count;
        if (open.Find(LogPosition.FromBits(header.Extra)) is not { } transaction)
            return;
        var stamp = PreparedStamp.Read(header);
        var run = new PreparedRun { Queue = stamp.Queue, First = stamp.First, Count = header.Count, Position = header.Position, Lane = lane, Place = place };
        transaction.Runs.Add(run);
        lane.Add(run);
        open.Names(transaction, run.Queue);
    }

    /// <summary>A transaction was decided.</summary>
    public void Decided(in DecidedRecord record, LogPosition position, Timestamp now)
    {
        // What is said a second time changes nothing.
        if (open.Find(record.Transaction) is not { } transaction)
            return;
        open.Remove(transaction);
        finished.Add(record.Transaction, new FinishedTransaction
        {
            Decision = record.Decision, Messages = record.Messages, Position = position, Ended = now, ProducerName = transaction.ProducerName,
        });
    }

    /// <summary>In life the messages are counted when they are appended, here where they are read; what the state that was loaded counts is left.</summary>
    private void Replayed(in CommittedRecord record)
    {
        Dispatch(record);
        var header = record.Header;
        if (header.Position > LoadedTail && open.Find(LogPosition.FromBits(header.Extra)) is { } transaction)
            Prepared(transaction, header.Position.Plus((ulong)header.Count - 1), header.Count, record.PayloadBytes);
    }

    /// <summary>Messages were appended.</summary>
    public void Prepared(Transaction transaction, LogPosition last, int messages, long payloadBytes)
    {
        open.Added(transaction, messages);
        transaction.Bytes += payloadBytes;
        transaction.LastPrepared = last;
    }

    /// <summary>Messages were repeats.</summary>
    public void Repeated(Transaction transaction, PreparedRepeats repeats, LogPosition last)
    {
        open.Added(transaction, repeats);
        transaction.LastPrepared = last;
    }
}
