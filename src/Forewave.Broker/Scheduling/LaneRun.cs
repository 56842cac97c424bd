using System.Buffers.Binary;
using Forewave.Protocol;
using Forewave.Storage;

namespace Forewave.Broker.Scheduling;

/// <summary>
/// A run of a lane as the store gives it: which messages it has, when they were published, where they begin in its bytes. The
/// payload of a Rescheduled record is the time of the publish (8 bytes, Unix milliseconds), then the message with tag and length.
/// </summary>
internal readonly record struct LaneRun
{
    /// <summary>Bytes before the message in the payload of a Rescheduled record.</summary>
    public const int RescheduledHeadBytes = sizeof(long);

    /// <summary>Reads a run.</summary>
    public LaneRun(in StoredRun run)
    {
        Run = run;
        Id = run.Header.Position;
        PublishTime = run.Header.Time;
        if (run.Damaged || run.Header.Type != RecordType.Rescheduled)
            return;
        Id = LogPosition.FromBits(run.Header.Sequence);
        HeadBytes = RescheduledHeadBytes;
        PublishTime = new Timestamp(BinaryPrimitives.ReadInt64LittleEndian(run.Messages.Span));
    }

    /// <summary>The run.</summary>
    public StoredRun Run { get; }

    /// <summary>Log position of the publish of its first message: that message's id.</summary>
    public LogPosition Id { get; }

    /// <summary>When they were published.</summary>
    public Timestamp PublishTime { get; }

    /// <summary>Bytes before the first message.</summary>
    public int HeadBytes { get; }
}
