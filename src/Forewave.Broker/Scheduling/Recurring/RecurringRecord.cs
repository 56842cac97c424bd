using Forewave.Broker.Delivery.Records;
using Forewave.Storage;

namespace Forewave.Broker.Scheduling.Recurring;

/// <summary>
/// The payload of a RecurringChanged record: a recurring message of the header's queue. The record after it, unless it is
/// deleted, is the Scheduled one of the time that it names.
/// </summary>
/// <param name="Message">The recurring message; its queue is the header's.</param>
/// <param name="IsDeleted">There is none of this name any more.</param>
internal readonly record struct RecurringRecord(RecurringMessage Message, bool IsDeleted)
{
    private const byte Version = 1;

    /// <summary>Writes it.</summary>
    public void Write(RecordWriter writer)
    {
        writer.Byte(Version);
        writer.Byte(IsDeleted ? (byte)1 : (byte)0);
        writer.Text(Message.Name);
        writer.Text(Message.Cron);
        writer.Text(Message.TimeZone);
        writer.Int64(Message.NextDue.UnixMilliseconds);
        writer.UInt32((uint)Message.Message.Length);
        writer.Bytes(Message.Message.Span);
    }

    /// <summary>Reads it.</summary>
    public static RecurringRecord Read(ReadOnlySpan<byte> payload)
    {
        var reader = new RecordReader(payload);
        return Read(ref reader);
    }

    /// <summary>Reads it from where a reader stands.</summary>
    public static RecurringRecord Read(ref RecordReader reader)
    {
        reader.Version(Version);
        bool isDeleted = reader.Byte() != 0;
        var message = new RecurringMessage
        {
            Queue = 0,
            Name = reader.Text(),
            Cron = reader.Text(),
            TimeZone = reader.Text(),
            NextDue = new Timestamp(reader.Int64()),
            Message = reader.Take(reader.Count()).ToArray(),
        };
        return new RecurringRecord(message, isDeleted);
    }
}
