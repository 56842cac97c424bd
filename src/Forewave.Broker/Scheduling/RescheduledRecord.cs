using System.Buffers.Binary;
using Forewave.Broker.Scheduling.Pending;
using Forewave.Protocol.Frames;
using Forewave.Storage;

namespace Forewave.Broker.Scheduling;

/// <summary>A Rescheduled record: a copy of a message under its first id, in the lane of another due time. <see cref="LaneRun"/> reads it.</summary>
internal static class RescheduledRecord
{
    /// <summary>The record of a message.</summary>
    public static RecordDraft Draft(in DueMessage message, in DueStamp stamp)
    {
        byte[] payload = new byte[LaneRun.RescheduledHeadBytes + message.Bytes.Length];
        BinaryPrimitives.WriteInt64LittleEndian(payload, message.PublishTime.UnixMilliseconds);
        message.Bytes.CopyTo(payload.AsMemory(LaneRun.RescheduledHeadBytes));
        return new RecordDraft
        {
            Type = RecordType.Rescheduled,
            Count = 1,
            Queue = stamp.Lane.Value,
            Source = message.Producer,
            Sequence = message.Id.Bits,
            Extra = stamp.Extra,
            Payload = payload,
            PayloadCrc = Checksum.Of(payload),
        };
    }

    /// <summary>Whether a message has keys to be found by.</summary>
    public static bool HasKeys(in DueMessage message)
    {
        var run = new MessageRun(message.Bytes.Span);
        return run.MoveNext() && MessageReader.ReadKeys(run.Current).MoveNext();
    }
}
