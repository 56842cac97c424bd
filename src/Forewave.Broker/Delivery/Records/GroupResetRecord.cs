namespace Forewave.Broker.Delivery.Records;

/// <summary>The payload of a GroupReset record; the offset that the group begins anew at is the record's sequence.</summary>
/// <param name="Time">Unix time in milliseconds when it was asked for.</param>
/// <param name="Epoch">The epoch that did it; 0: an earlier version, which did not say.</param>
internal readonly record struct GroupResetRecord(long Time, uint Epoch)
{
    private const byte Version = 2;

    /// <summary>Writes it.</summary>
    public void Write(RecordWriter writer)
    {
        writer.Byte(Version);
        writer.Int64(Time);
        writer.UInt32(Epoch);
    }

    /// <summary>Reads it.</summary>
    public static GroupResetRecord Read(ReadOnlySpan<byte> payload)
    {
        var reader = new RecordReader(payload);
        byte version = reader.Version(Version);
        long time = reader.Int64();
        return new GroupResetRecord(time, version > 1 ? reader.UInt32() : 0);
    }
}
