using System.Buffers.Binary;
using Forewave.Protocol;
using Forewave.Storage.Files.QueueIndex;

namespace Forewave.Storage.Files.Reclaim;

/// <summary>
/// Which offsets of which queues are in a segment. Filled as records are dispatched into it; thread-safe. Encoded little-endian:
/// <code>
///  0  u8   version 1, 3 bytes 0
///  4  u32  queues
///  8  for each: u32 queue, u32 0, i64 first offset, i64 end, i64 payload bytes
/// </code>
/// </summary>
internal sealed class SegmentSummary
{
    private const byte Version = 1;
    private const int HeaderBytes = 8;
    private const int ShareBytes = 32;

    private readonly Lock _lock = new();
    private readonly Dictionary<uint, QueueShare> _shares = [];

    /// <summary>Bytes that retention still needs.</summary>
    public long LiveBytes(QueueIndexes indexes)
    {
        lock (_lock)
        {
            long live = 0;
            foreach (QueueShare share in _shares.Values)
            {
                live += LiveBytesOf(share, indexes);
            }

            return live;
        }
    }

    /// <summary>The queues of which something is needed.</summary>
    public List<QueueShare> Live(QueueIndexes indexes)
    {
        lock (_lock)
        {
            return _shares.Values.Where(share => LiveBytesOf(share, indexes) > 0).ToList();
        }
    }

    /// <summary>A run lies in the segment; one that is known already counts once.</summary>
    public void Add(uint queue, in IndexEntry run, int payloadBytes) =>
        Add(new QueueShare { Queue = queue, First = run.First.Value, End = run.End, Bytes = payloadBytes });

    /// <summary>Offsets of a queue lie in the segment; those that are known already count once.</summary>
    public void Add(in QueueShare added)
    {
        lock (_lock)
        {
            if (!_shares.TryGetValue(added.Queue, out QueueShare share))
            {
                _shares[added.Queue] = added;
            }
            else if (added.First < share.First || added.End > share.End)
            {
                _shares[added.Queue] = share with
                {
                    First = Math.Min(share.First, added.First),
                    End = Math.Max(share.End, added.End),
                    Bytes = share.Bytes + added.Bytes,
                };
            }
        }
    }

    public byte[] Encode()
    {
        lock (_lock)
        {
            byte[] bytes = new byte[HeaderBytes + (_shares.Count * ShareBytes)];
            bytes[0] = Version;
            BinaryPrimitives.WriteInt32LittleEndian(bytes.AsSpan(4), _shares.Count);
            Span<byte> rest = bytes.AsSpan(HeaderBytes);
            foreach (QueueShare share in _shares.Values)
            {
                BinaryPrimitives.WriteUInt32LittleEndian(rest, share.Queue);
                BinaryPrimitives.WriteInt64LittleEndian(rest[8..], share.First);
                BinaryPrimitives.WriteInt64LittleEndian(rest[16..], share.End);
                BinaryPrimitives.WriteInt64LittleEndian(rest[24..], share.Bytes);
                rest = rest[ShareBytes..];
            }

            return bytes;
        }
    }

    /// <exception cref="StoreException">The bytes are of a newer format.</exception>
    public static SegmentSummary Decode(ReadOnlySpan<byte> bytes)
    {
        if (bytes.Length < HeaderBytes || bytes[0] > Version)
        {
            throw new StoreException(
                ErrorCode.FormatTooNew,
                $"A segment's summary has format {(bytes.IsEmpty ? 0 : bytes[0])}, this program reads up to {Version}. Start the version that wrote it.");
        }

        SegmentSummary summary = new();
        int count = BinaryPrimitives.ReadInt32LittleEndian(bytes[4..]);
        ReadOnlySpan<byte> rest = bytes[HeaderBytes..];
        for (int i = 0; i < count; i++)
        {
            uint queue = BinaryPrimitives.ReadUInt32LittleEndian(rest);
            summary._shares[queue] = new QueueShare
            {
                Queue = queue,
                First = BinaryPrimitives.ReadInt64LittleEndian(rest[8..]),
                End = BinaryPrimitives.ReadInt64LittleEndian(rest[16..]),
                Bytes = BinaryPrimitives.ReadInt64LittleEndian(rest[24..]),
            };
            rest = rest[ShareBytes..];
        }

        return summary;
    }

    // A queue that is gone has an empty index: its end is below everything.
    private static long LiveBytesOf(in QueueShare share, QueueIndexes indexes)
    {
        QueueExtent extent = indexes.Extent(share.Queue);
        return extent.End.Value <= share.First ? 0 : share.LiveBytes(extent.FirstRetained.Value);
    }
}
