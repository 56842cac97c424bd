using Forewave.Broker.Delivery.Records;
using Forewave.Broker.Scheduling.Pending;
using Forewave.Protocol.Frames;
using Forewave.Storage;

namespace Forewave.Broker.Scheduling.Recurring;

/// <summary>The records of a recurring message's next step: what it is then, and the message that it schedules.</summary>
/// <param name="Change">What it is then; its next id is the position after the record's.</param>
/// <param name="Drafts">The records, the first one the change; all but the last join the next.</param>
internal readonly record struct RecurringDrafts(RecurringRecord Change, RecordDraft[] Drafts)
{
    /// <summary>It came out, or what would have come out was cancelled: the next time, counted from now. Without one it is deleted.</summary>
    public static RecurringDrafts After(RecurringMessage message, Timestamp now, RecordWriter writer)
    {
        var from = message.NextDue.CompareTo(now) > 0 ? message.NextDue : now;
        return message.After(from) is { } next ? At(message with { NextDue = next }, now, writer) : Deleted(message, writer);
    }

    /// <summary>It comes out at its time.</summary>
    public static RecurringDrafts At(RecurringMessage message, Timestamp now, RecordWriter writer)
    {
        byte[] run = new byte[MessageRunWriter.SizeOf(message.Message.Length)];
        MessageRunWriter.Write(run, message.Message.Span);
        var stamp = DueStamp.Of(message.Queue, MessageReader.ReadKeys(message.Message.Span).MoveNext(), message.NextDue, now);
        var scheduled = new RecordDraft
        {
            Type = RecordType.Scheduled, Count = 1, Queue = stamp.Lane.Value, Extra = stamp.Extra, Payload = run, PayloadCrc = Checksum.Of(run),
        };
        var change = new RecurringRecord(message, IsDeleted: false);
        return new RecurringDrafts(change, [Draft(change, writer) with { JoinsNext = true }, scheduled]);
    }

    /// <summary>There is none any more.</summary>
    public static RecurringDrafts Deleted(RecurringMessage message, RecordWriter writer)
    {
        var change = new RecurringRecord(message with { Message = default }, IsDeleted: true);
        return new RecurringDrafts(change, [Draft(change, writer)]);
    }

    private static RecordDraft Draft(in RecurringRecord change, RecordWriter writer)
    {
        writer.Clear();
        change.Write(writer);
        byte[] payload = writer.Written.ToArray();
        return new RecordDraft
        {
            Type = RecordType.RecurringChanged, Count = 1, Queue = change.Message.Queue, Payload = payload, PayloadCrc = Checksum.Of(payload),
        };
    }
}
