namespace Forewave.Broker.Delivery.Records;

/// <summary>Consecutive offsets in a record of delivery.</summary>
/// <param name="First">The first offset.</param>
/// <param name="Count">How many.</param>
/// <param name="Attempt">The attempt that they are at.</param>
internal readonly record struct RecordRun(long First, int Count, uint Attempt)
{
    /// <summary>Bytes in a record.</summary>
    public const int Bytes = sizeof(long) + sizeof(int) + sizeof(uint);

    /// <summary>The offset after the last one.</summary>
    public long End => First + Count;

    /// <summary>Where it stands in the dead letters; 0 where it does not come from there.</summary>
    public long Place { get; init; }

    /// <summary>Writes it.</summary>
    public void Write(RecordWriter writer, bool withPlace)
    {
        writer.Int64(First);
        writer.UInt32((uint)Count);
        writer.UInt32(Attempt);
        if (withPlace)
            writer.Int64(Place);
    }

    /// <summary>Reads it.</summary>
    public static RecordRun Read(ref RecordReader reader, bool withPlace)
    {
        var run = new RecordRun(reader.Int64(), reader.Count(), reader.UInt32());
        return withPlace ? run with { Place = reader.Int64() } : run;
    }
}
