using System.Buffers;
using System.Buffers.Binary;
using System.Runtime.InteropServices;
using Forewave.Protocol;
using Forewave.Storage.Files.QueueIndex;
using Forewave.Storage.Files.Segments;

namespace Forewave.Storage.Files.Reclaim;

/// <summary>
/// Which offsets of which queues are in a segment, where records begin in it, and which runs were carried over or released into
/// it. Filled as records are dispatched; thread-safe. 20 bytes of memory for each run that was carried or released. Encoded
/// little-endian:
/// <code>
///  0  u8   version 2, 3 bytes 0
///  4  u32  queues Q
///  8  u32  places P
/// 12  u32  carried and released runs C
/// 16  Q times: u32 queue, u32 0, i64 first offset, i64 end, i64 payload bytes
///     P times: u64 position, u32 byte: the first record that begins in each 64 KiB
///     C times: u64 position, u32 messages, u32 byte, 1 more of a released run: carried ones by position, then released ones
/// </code>
/// Version 1 had neither P nor C, and the queues at byte 8.
/// </summary>
internal sealed class SegmentSummary
{
    private const byte Version = 2;
    private const int FirstHeaderBytes = 8;
    private const int HeaderBytes = 16;
    private const int ShareBytes = 32;
    private const int PlaceBytes = 12;
    private const int CarriedBytes = 16;

    // Records begin at multiples of 8.
    private const int ReleasedBit = 1;

    private readonly Lock _lock = new();
    private readonly Dictionary<uint, QueueShare> _shares = [];
    private readonly CarriedPlaces _carried = new();
    private readonly CarriedPlaces _released = new();

    /// <summary>Where records begin, of a segment that was read from disk; a running one has its own.</summary>
    public SparsePositions Positions { get; } = new();

    /// <summary>Between which positions the carried and the released runs are.</summary>
    public CopyRanges Copies
    {
        get
        {
            lock (_lock)
            {
                return new CopyRanges(_carried.Range, _released.Range);
            }
        }
    }

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

    /// <summary>Records of the segment have their places.</summary>
    public void Add(ReadOnlySpan<CommittedRecord> records, ReadOnlySpan<IndexPlace> places)
    {
        lock (_lock)
        {
            for (int i = 0; i < records.Length; i++)
            {
                ref readonly CommittedRecord record = ref records[i];
                long first = places[i].First.Value;
                AddShare(new QueueShare
                {
                    Queue = places[i].Index, First = first, End = first + record.Header.Count, Bytes = record.PayloadBytes,
                });
                if (record.Header.Type == RecordType.Released)
                {
                    _released.Add(CarriedPlace.Of(record.Header, new LogPlace(record.Location).Byte));
                }
            }
        }
    }

    /// <summary>A run was carried over into the segment.</summary>
    public void Add(in CarriedRun carried)
    {
        Add(carried.Queue, carried.Run, carried.PayloadBytes);
        Add(new CarriedPlace(carried.Original, carried.Run.Count)
        {
            Byte = new LogPlace(carried.Run.Location).Byte, IsReleased = carried.IsReleased,
        });
    }

    /// <summary>Messages stand in the segment that were published elsewhere.</summary>
    public void Add(in CarriedPlace place)
    {
        lock (_lock)
        {
            (place.IsReleased ? _released : _carried).Add(place);
        }
    }

    /// <summary>Where the message of a position stands that was carried over or released into the segment; released goes first.</summary>
    public bool TryFindCopy(LogPosition position, out int recordByte)
    {
        lock (_lock)
        {
            return _released.TryFind(position, out recordByte) || _carried.TryFind(position, out recordByte);
        }
    }

    /// <summary>Offsets of a queue lie in the segment; those that are known already count once.</summary>
    public void Add(in QueueShare added)
    {
        lock (_lock)
        {
            AddShare(added);
        }
    }

    /// <summary>How many queues it has something of.</summary>
    public int QueueCount
    {
        get
        {
            lock (_lock)
            {
                return _shares.Count;
            }
        }
    }

    /// <summary>Makes room for so many queues at once: growing step by step costs three times the memory.</summary>
    public void Expect(int queues)
    {
        lock (_lock)
        {
            _shares.EnsureCapacity(queues);
        }
    }

    /// <param name="running">Where records begin, of a running segment; when it is empty, what the summary itself has is encoded.</param>
    /// <param name="buffer">Where it is written to.</param>
    public void Encode(SparsePositions running, IBufferWriter<byte> buffer)
    {
        List<NotedPlace> places = (running.First is null ? Positions : running).Snapshot();
        lock (_lock)
        {
            List<CarriedPlace> copies = [.. _carried.Sorted, .. _released.Sorted];
            int size = HeaderBytes + (_shares.Count * ShareBytes) + (places.Count * PlaceBytes) + (copies.Count * CarriedBytes);
            Span<byte> bytes = buffer.GetSpan(size)[..size];
            bytes.Clear();
            bytes[0] = Version;
            BinaryPrimitives.WriteInt32LittleEndian(bytes[4..], _shares.Count);
            BinaryPrimitives.WriteInt32LittleEndian(bytes[8..], places.Count);
            BinaryPrimitives.WriteInt32LittleEndian(bytes[12..], copies.Count);
            Span<byte> rest = WriteShares(bytes[HeaderBytes..]);
            foreach (NotedPlace place in places)
            {
                BinaryPrimitives.WriteUInt64LittleEndian(rest, place.First.Bits);
                BinaryPrimitives.WriteInt32LittleEndian(rest[8..], place.Byte);
                rest = rest[PlaceBytes..];
            }

            foreach (CarriedPlace copy in copies)
            {
                BinaryPrimitives.WriteUInt64LittleEndian(rest, copy.First.Bits);
                BinaryPrimitives.WriteInt32LittleEndian(rest[8..], copy.Messages);
                BinaryPrimitives.WriteInt32LittleEndian(rest[12..], copy.Byte | (copy.IsReleased ? ReleasedBit : 0));
                rest = rest[CarriedBytes..];
            }

            buffer.Advance(size);
        }
    }

    /// <exception cref="StoreException">The bytes are of a newer format.</exception>
    public static SegmentSummary Decode(ReadOnlySpan<byte> bytes)
    {
        if (bytes.Length < FirstHeaderBytes || bytes[0] > Version)
        {
            throw new StoreException(
                ErrorCode.FormatTooNew,
                $"A segment's summary has format {(bytes.IsEmpty ? 0 : bytes[0])}, this program reads up to {Version}. Start the version that wrote it.");
        }

        SegmentSummary summary = new();
        bool isFirst = bytes[0] < Version;
        int shares = BinaryPrimitives.ReadInt32LittleEndian(bytes[4..]);
        ReadOnlySpan<byte> rest = summary.ReadShares(bytes[(isFirst ? FirstHeaderBytes : HeaderBytes)..], shares);
        if (isFirst)
        {
            return summary;
        }

        for (int i = BinaryPrimitives.ReadInt32LittleEndian(bytes[8..]); i > 0; i--)
        {
            summary.Positions.Note(BinaryPrimitives.ReadInt32LittleEndian(rest[8..]), LogPosition.FromBits(BinaryPrimitives.ReadUInt64LittleEndian(rest)));
            rest = rest[PlaceBytes..];
        }

        for (int i = BinaryPrimitives.ReadInt32LittleEndian(bytes[12..]); i > 0; i--)
        {
            int place = BinaryPrimitives.ReadInt32LittleEndian(rest[12..]);
            summary.Add(new CarriedPlace(LogPosition.FromBits(BinaryPrimitives.ReadUInt64LittleEndian(rest)), BinaryPrimitives.ReadInt32LittleEndian(rest[8..]))
            {
                Byte = place & ~ReleasedBit, IsReleased = (place & ReleasedBit) != 0,
            });
            rest = rest[CarriedBytes..];
        }

        return summary;
    }

    private void AddShare(in QueueShare added)
    {
        ref QueueShare share = ref CollectionsMarshal.GetValueRefOrAddDefault(_shares, added.Queue, out bool isKnown);
        if (!isKnown)
        {
            share = added;
        }
        else if (added.First < share.First || added.End > share.End)
        {
            share = share with
            {
                First = Math.Min(share.First, added.First),
                End = Math.Max(share.End, added.End),
                Bytes = share.Bytes + added.Bytes,
            };
        }
    }

    private Span<byte> WriteShares(Span<byte> bytes)
    {
        foreach (QueueShare share in _shares.Values)
        {
            BinaryPrimitives.WriteUInt32LittleEndian(bytes, share.Queue);
            BinaryPrimitives.WriteInt64LittleEndian(bytes[8..], share.First);
            BinaryPrimitives.WriteInt64LittleEndian(bytes[16..], share.End);
            BinaryPrimitives.WriteInt64LittleEndian(bytes[24..], share.Bytes);
            bytes = bytes[ShareBytes..];
        }

        return bytes;
    }

    private ReadOnlySpan<byte> ReadShares(ReadOnlySpan<byte> bytes, int count)
    {
        _shares.EnsureCapacity(Math.Min(count, bytes.Length / ShareBytes));
        for (int i = 0; i < count; i++)
        {
            uint queue = BinaryPrimitives.ReadUInt32LittleEndian(bytes);
            _shares[queue] = new QueueShare
            {
                Queue = queue,
                First = BinaryPrimitives.ReadInt64LittleEndian(bytes[8..]),
                End = BinaryPrimitives.ReadInt64LittleEndian(bytes[16..]),
                Bytes = BinaryPrimitives.ReadInt64LittleEndian(bytes[24..]),
            };
            bytes = bytes[ShareBytes..];
        }

        return bytes;
    }

    // A queue that is gone has an empty index: its end is below everything.
    private static long LiveBytesOf(in QueueShare share, QueueIndexes indexes)
    {
        QueueExtent extent = indexes.Extent(share.Queue);
        return extent.End.Value <= share.First ? 0 : share.LiveBytes(extent.FirstRetained.Value);
    }
}
