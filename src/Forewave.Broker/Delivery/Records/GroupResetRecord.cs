namespace Forewave.Broker.Delivery.Records;

/// <summary>The payload of a GroupReset record; the offset that the group begins anew at is the record's sequence.</summary>
/// <param name="Time">Unix time in milliseconds when it was asked for.</param>
internal readonly record struct GroupResetRecord(long Time)
{
    private const byte Version = 1;

    /// <summary>Writes it.</summary>
    public void Write(RecordWriter writer)
    {
        writer.Byte(Version);
        writer.Int64(Time);
    }

    /// <summary>Reads it.</summary>
    public static GroupResetRecord Read(ReadOnlySpan<byte> payload)
    {
        var reader = new RecordReader(payload);
        reader.Version(Version);
        return new GroupResetRecord(reader.Int64());
    }
}
