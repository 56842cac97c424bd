namespace Forewave.Broker.Delivery.Records;

/// <summary>The payload of a Parked record; the message's offset is the record's sequence.</summary>
internal readonly record struct ParkedRecord
{
    private const byte Version = 1;

    /// <summary>Unix time in milliseconds when it was parked.</summary>
    public required long Time { get; init; }

    /// <summary>The ordering key.</summary>
    public required string Key { get; init; }

    /// <summary>Why the last attempt failed.</summary>
    public required string Reason { get; init; }

    /// <summary>Writes it.</summary>
    public void Write(RecordWriter writer)
    {
        writer.Byte(Version);
        writer.Int64(Time);
        writer.Text(Key);
        writer.Text(Reason);
    }

    /// <summary>Reads it.</summary>
    public static ParkedRecord Read(ReadOnlySpan<byte> payload)
    {
        var reader = new RecordReader(payload);
        reader.Version(Version);
        return new ParkedRecord { Time = reader.Int64(), Key = reader.Text(), Reason = reader.Text() };
    }
}
