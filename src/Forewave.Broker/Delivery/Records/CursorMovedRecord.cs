namespace Forewave.Broker.Delivery.Records;

/// <summary>The payload of a CursorMoved record; the new read offset is the record's sequence.</summary>
/// <param name="Why">What moved it.</param>
internal readonly record struct CursorMovedRecord(MoveReason Why)
{
    private const byte Version = 1;

    /// <summary>Messages that the group had not settled and will not get.</summary>
    public long Missed { get; init; }

    /// <summary>Everything before this offset is gone; 0: nothing is.</summary>
    public long Lowest { get; init; }

    /// <summary>Writes it.</summary>
    public void Write(RecordWriter writer)
    {
        writer.Byte(Version);
        writer.Byte((byte)Why);
        writer.Int64(Missed);
        writer.Int64(Lowest);
    }

    /// <summary>Reads it.</summary>
    public static CursorMovedRecord Read(ReadOnlySpan<byte> payload)
    {
        var reader = new RecordReader(payload);
        reader.Version(Version);
        return new CursorMovedRecord((MoveReason)reader.Byte()) { Missed = reader.Int64(), Lowest = reader.Int64() };
    }
}
