namespace Forewave.Broker.Delivery.Records;

/// <summary>The payload of an Extended record before its runs.</summary>
/// <param name="Time">Unix time in milliseconds when it came.</param>
/// <param name="VisibilityMilliseconds">How long the leases last from then.</param>
/// <param name="Runs">How many runs follow.</param>
internal readonly record struct ExtendedRecord(long Time, uint VisibilityMilliseconds, int Runs)
{
    private const byte Version = 1;

    /// <summary>Writes it; returns the place of the number of runs, which the caller fills after writing them.</summary>
    public int Write(RecordWriter writer)
    {
        writer.Byte(Version);
        writer.Int64(Time);
        writer.UInt32(VisibilityMilliseconds);
        return writer.ReserveUInt32();
    }

    /// <summary>Reads it; <paramref name="runs"/> stands at the first run then.</summary>
    public static ExtendedRecord Read(ReadOnlySpan<byte> payload, out RecordReader runs)
    {
        runs = new RecordReader(payload);
        runs.Version(Version);
        return new ExtendedRecord(runs.Int64(), runs.UInt32(), runs.Count());
    }
}
