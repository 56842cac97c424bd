using Forewave.Broker.Delivery.Records;

namespace Forewave.Broker.Delivery.DeadLetters;

/// <summary>
/// The payload of a DeadOperated record: a step of an operation on dead letters. The record's sequence is the operation's number, its
/// source the group, its queue the index of the queue's trail.
/// </summary>
internal sealed record DeadOperatedRecord
{
    private const byte Version = 1;

    /// <summary>Which step.</summary>
    public required DeadStep Step { get; init; }

    /// <summary>The operation; of a page null.</summary>
    public DeadOperation? Operation { get; init; }

    /// <summary>The page; of a beginning and an end null.</summary>
    public DeadPageTaken? Page { get; init; }

    /// <summary>Writes it.</summary>
    public void Write(RecordWriter writer)
    {
        writer.Byte(Version);
        writer.Byte((byte)Step);
        if (Page is not null)
            Page.Write(writer);
        else
            WriteOperation(Operation!, writer);
    }

    /// <summary>Reads what <see cref="Write"/> wrote.</summary>
    public static DeadOperatedRecord Read(ulong number, ReadOnlySpan<byte> payload)
    {
        var reader = new RecordReader(payload);
        reader.Version(Version);
        var step = (DeadStep)reader.Byte();
        return step switch
        {
            DeadStep.Page => new DeadOperatedRecord { Step = step, Page = DeadPageTaken.Read(ref reader) },
            DeadStep.Begun or DeadStep.Ended => new DeadOperatedRecord { Step = step, Operation = ReadOperation(number, ref reader) },
            _ => throw new InvalidDataException($"a DeadOperated record of step {(int)step}"),
        };
    }

    /// <summary>Writes an operation, all but its number.</summary>
    public static void WriteOperation(DeadOperation operation, RecordWriter writer)
    {
        operation.Terms.Write(writer);
        writer.Byte((byte)operation.State);
        writer.Int64(operation.After);
        writer.Int64(operation.Scanned);
        writer.Int64(operation.Messages);
        writer.Int64(operation.Ended);
    }

    /// <summary>Reads what <see cref="WriteOperation"/> wrote.</summary>
    public static DeadOperation ReadOperation(ulong number, ref RecordReader reader) => new()
    {
        Number = number,
        Terms = DeadOperationTerms.Read(ref reader),
        State = (DeadOperationState)reader.Byte(),
        After = reader.Int64(),
        Scanned = reader.Int64(),
        Messages = reader.Int64(),
        Ended = reader.Int64(),
    };
}
