using Forewave.Broker.Delivery.Records;
using Forewave.Protocol;

namespace Forewave.Broker.Scheduling;

/// <summary>The payload of a Cancelled record: why, and which scheduled messages of the header's queue are withdrawn.</summary>
/// <param name="Why">Why.</param>
/// <param name="Runs">Their ids, consecutive ones together.</param>
internal readonly record struct CancelledRecord(CancelReason Why, IReadOnlyList<IdRun> Runs)
{
    private const byte Version = 1;

    /// <summary>Writes it.</summary>
    public void Write(RecordWriter writer)
    {
        writer.Byte(Version);
        writer.Byte((byte)Why);
        writer.UInt32((uint)Runs.Count);
        foreach (var run in Runs)
        {
            writer.UInt64(run.First.Bits);
            writer.UInt32((uint)run.Count);
        }
    }

    /// <summary>Reads it.</summary>
    public static CancelledRecord Read(ReadOnlySpan<byte> payload)
    {
        var reader = new RecordReader(payload);
        reader.Version(Version);
        var why = (CancelReason)reader.Byte();
        var runs = new IdRun[reader.Count()];
        for (int i = 0; i < runs.Length; i++)
            runs[i] = new IdRun(LogPosition.FromBits(reader.UInt64()), reader.Count());
        return new CancelledRecord(why, runs);
    }
}
