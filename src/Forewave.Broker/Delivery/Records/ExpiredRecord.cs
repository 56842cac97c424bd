using System.Runtime.InteropServices;
using Forewave.Broker.Delivery.Cursors;

namespace Forewave.Broker.Delivery.Records;

/// <summary>
/// The payload of an Expired record: which messages were not delivered in time. The record's sequence is the offset that the group
/// has read to. Stateless.
/// </summary>
internal static class ExpiredRecord
{
    private const byte Version = 1;

    /// <summary>Writes it.</summary>
    public static void Write(long timeMilliseconds, List<OffsetSpan> runs, RecordWriter writer)
    {
        writer.Byte(Version);
        writer.Int64(timeMilliseconds);
        writer.UInt32((uint)runs.Count);
        foreach (ref readonly var run in CollectionsMarshal.AsSpan(runs))
        {
            writer.Int64(run.First);
            writer.UInt32((uint)(run.End - run.First));
        }
    }

    /// <summary>Reads it; the reader stands at the first run then.</summary>
    public static int Read(ReadOnlySpan<byte> payload, out RecordReader runs)
    {
        runs = new RecordReader(payload);
        runs.Version(Version);
        runs.Int64();
        return runs.Count();
    }

    /// <summary>Reads a run.</summary>
    public static OffsetSpan ReadRun(ref RecordReader runs) => OffsetSpan.Of(runs.Int64(), runs.Count());
}
