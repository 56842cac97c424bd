using Forewave.Broker.Delivery.Records;
using Forewave.Protocol;
using Forewave.Storage;

namespace Forewave.Broker.Transactions;

/// <summary>
/// A RepeatedInTransaction record: sequence and second number as of a Prepared record, its queue the queue. Its payload: version u8 = 1, position of
/// the first message's original u64, or, where that is in the same append, how many positions before this record (no position is that low).
/// </summary>
/// <param name="Stamp">The queue, and the number of the first message.</param>
/// <param name="Count">How many messages.</param>
/// <param name="Original">As the payload has it.</param>
internal readonly record struct PreparedRepeatsRecord(PreparedStamp Stamp, int Count, ulong Original)
{
    private const byte Version = 1;

    /// <summary>The record.</summary>
    public RecordDraft Draft(uint producer, LogPosition transaction)
    {
        var writer = new RecordWriter();
        writer.Byte(Version);
        writer.UInt64(Original);
        byte[] payload = writer.Written.ToArray();
        return new RecordDraft
        {
            Type = RecordType.RepeatedInTransaction,
            Count = Count,
            Queue = Stamp.Queue,
            Source = producer,
            Sequence = Stamp.Sequence,
            Extra = transaction.Bits,
            Payload = payload,
            PayloadCrc = Checksum.Of(payload),
        };
    }

    /// <summary>What it says to whoever reads it.</summary>
    public static PreparedRepeats Read(in RecordHeader header, ReadOnlySpan<byte> payload)
    {
        var reader = new RecordReader(payload);
        reader.Version(Version);
        ulong original = reader.UInt64();
        var stamp = PreparedStamp.Read(header);
        return new PreparedRepeats
        {
            Queue = stamp.Queue, First = stamp.First, Count = header.Count,
            Original = LogPosition.FromBits(original > LogPosition.MaxNumber ? original : header.Position.Bits - original),
        };
    }
}
