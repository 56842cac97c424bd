namespace Forewave.Broker.Delivery.Records;

/// <summary>
/// The payload of a GroupReplay record. Its sequence is the first offset of the range, or the offset before which everything is
/// dealt with.
/// </summary>
internal readonly record struct GroupReplayRecord
{
    private const byte Version = 1;

    /// <summary>What it says.</summary>
    public required ReplayStep Step { get; init; }

    /// <summary>Unix time in milliseconds when it was written.</summary>
    public required long Time { get; init; }

    /// <summary>Begin: the offset after the range.</summary>
    public long End { get; init; }

    /// <summary>Begin: thousandths of a message a second; 0: no limit.</summary>
    public long Rate { get; init; }

    /// <summary>Move: messages that were handed out, or are held behind others of their key, since the record before.</summary>
    public long Delivered { get; init; }

    /// <summary>Move: messages that were passed over since the record before.</summary>
    public long PassedOver { get; init; }

    /// <summary>Writes it.</summary>
    public void Write(RecordWriter writer)
    {
        writer.Byte(Version);
        writer.Byte((byte)Step);
        writer.Int64(Time);
        if (Step == ReplayStep.Begin)
        {
            writer.Int64(End);
            writer.Int64(Rate);
        }
        else if (Step == ReplayStep.Move)
        {
            writer.Int64(Delivered);
            writer.Int64(PassedOver);
        }
    }

    /// <summary>Reads it.</summary>
    public static GroupReplayRecord Read(ReadOnlySpan<byte> payload)
    {
        var reader = new RecordReader(payload);
        reader.Version(Version);
        var record = new GroupReplayRecord { Step = (ReplayStep)reader.Byte(), Time = reader.Int64() };
        return record.Step switch
        {
            ReplayStep.Begin => record with { End = reader.Int64(), Rate = reader.Int64() },
            ReplayStep.Move => record with { Delivered = reader.Int64(), PassedOver = reader.Int64() },
            ReplayStep.Cancel => record,
            _ => throw new InvalidDataException($"a GroupReplay record of step {(int)record.Step}"),
        };
    }
}
