using Forewave.Protocol;
using Forewave.Storage;

namespace Forewave.Broker.Transactions;

/// <summary>
/// A Decided record: the transaction is its sequence, its second number the decision (lower 8 bits) and above it how many messages the
/// transaction had. No payload. The messages of a commit are Released and Rescheduled records in the same unit, before it.
/// </summary>
/// <param name="Transaction">Which transaction.</param>
/// <param name="Decision">How it ended.</param>
/// <param name="Messages">How many messages it had.</param>
internal readonly record struct DecidedRecord(LogPosition Transaction, TransactionDecision Decision, int Messages)
{
    private const int MessagesShift = 8;

    /// <summary>The record.</summary>
    public RecordDraft Draft(uint producer, ICommitOwner? owner) => new()
    {
        Type = RecordType.Decided,
        Count = 1,
        Source = producer,
        Sequence = Transaction.Bits,
        Extra = (ulong)Messages << MessagesShift | (byte)Decision,
        PayloadCrc = Checksum.Of([]),
        Owner = owner,
    };

    /// <summary>Reads it.</summary>
    public static DecidedRecord Read(in RecordHeader header) => new(
        LogPosition.FromBits(header.Sequence), (TransactionDecision)(byte)header.Extra, (int)(header.Extra >> MessagesShift));
}
