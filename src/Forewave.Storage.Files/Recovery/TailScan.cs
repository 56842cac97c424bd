using Forewave.Protocol;
using Forewave.Storage.Files.Disk;
using Forewave.Storage.Files.Segments;

namespace Forewave.Storage.Files.Recovery;

/// <summary>
/// Reads the tail of the log, record by record, and decides where it ends.
/// <para>
/// What does not fit (CRC, generation, a position that is not the next) is a hole. A group start behind the hole proves that
/// what was in it had been synced: it is rot, reported and skipped. Without one it is the torn end of the last group.
/// </para>
/// One thread, recovery's. Whatever is thrown ends the recovery and leaves the disk as it was.
/// </summary>
internal sealed class TailScan
{
    private readonly IDisk _disk;
    private readonly IReadOnlyList<TailSegment> _tail;
    private readonly int _segmentBytes;
    private readonly FoldUnit _unit;
    private readonly Action<DamagedRange> _damaged;
    private int _resumeSegment;
    private int _resumeByte;

    /// <param name="disk">The folder.</param>
    /// <param name="tail">The tail's segments in order.</param>
    /// <param name="segmentBytes">Size of each.</param>
    /// <param name="unit">Takes the records.</param>
    /// <param name="damaged">Is told of rot.</param>
    public TailScan(IDisk disk, IReadOnlyList<TailSegment> tail, int segmentBytes, FoldUnit unit, Action<DamagedRange> damaged)
    {
        _disk = disk;
        _tail = tail;
        _segmentBytes = segmentBytes;
        _unit = unit;
        _damaged = damaged;
    }

    /// <summary>Position that the next record has, but for a barrier, which has its number in a later epoch. None: not known.</summary>
    public LogPosition Expected { get; set; }

    /// <summary>Position of the last message before what is expected; none before the first.</summary>
    public LogPosition Last => Expected == LogPosition.None ? LogPosition.None : LogPosition.FromBits(Expected.Bits - 1);

    /// <summary>Time of the last record.</summary>
    public Timestamp LastTime { get; private set; }

    /// <summary>Records read.</summary>
    public ulong Records { get; private set; }

    /// <summary>The log ends in the segment that was scanned last.</summary>
    public bool IsEnd { get; private set; }

    /// <summary>
    /// Scans one segment of the tail that was loaded; returns the byte after its last record (its first byte when there is none).
    /// </summary>
    public int Scan(int index, ReadOnlySpan<byte> bytes, SparsePositions positions)
    {
        TailSegment segment = _tail[index];
        if (_resumeSegment > index)
        {
            return _segmentBytes;
        }

        int at = _resumeSegment == index && _resumeByte > 0 ? _resumeByte : segment.From;
        while (true)
        {
            if (TryRead(bytes, at, segment, out StoredHeader stored) && IsExpected(stored.Header))
            {
                if (!Take(index, bytes, at, stored))
                {
                    return at;
                }

                positions.Note(at, stored.Header.Position);
                at += stored.RecordBytes;
            }
            else if (BeginsAtPage(bytes, at, segment))
            {
                at = SegmentLayout.UpToPage(at);
            }
            else if (Leaves(index, bytes, ref at))
            {
                return at;
            }
        }
    }

    // The record's bytes may have rotted: then its positions are lost, or the log ends before it.
    private bool Take(int index, ReadOnlySpan<byte> bytes, int at, in StoredHeader stored)
    {
        LogPosition next = LogPosition.FromBits(stored.Header.Position.Bits + (uint)stored.Header.Count);
        ReadOnlySpan<byte> payload = bytes.Slice(at + RecordCodec.HeaderBytes, stored.PayloadBytes);
        if (Checksum.Of(payload) != stored.PayloadCrc)
        {
            if (FindGroupStart(index, bytes, at + stored.RecordBytes, next) is null)
            {
                IsEnd = true;
                return false;
            }

            _unit.Break();
            _damaged(new DamagedRange(stored.Header.Position, LogPosition.FromBits(next.Bits - 1)));
            KeepPlace(index, stored, at);
        }
        else
        {
            _unit.Add(stored, new LogPlace(_tail[index].Number, at), payload);
            Records++;
        }

        LastTime = stored.Header.Time;
        Expected = next;
        return true;
    }

    // Offsets are ranks: without the publish every later message of its queue would get another offset than it had. Readers
    // find out by its CRC that its bytes are lost.
    private void KeepPlace(int index, in StoredHeader stored, int at)
    {
        if (stored.Header.Type.KeepsPlace())
        {
            _unit.Add(stored with { Flags = RecordFlags.None }, new LogPlace(_tail[index].Number, at), []);
        }
    }

    // At a hole: true when this segment is done; else goes on behind the hole.
    private bool Leaves(int index, ReadOnlySpan<byte> bytes, ref int at)
    {
        if (BeginsNext(index))
        {
            return true;
        }

        if (FindGroupStart(index, bytes, at, Expected) is not { } search)
        {
            IsEnd = true;
            return true;
        }

        _unit.Break();
        NoteHole(search.FirstPosition);
        if (search.FirstSegment > index)
        {
            (_resumeSegment, _resumeByte) = (search.FirstSegment, search.FirstByte);
            at = _segmentBytes;
            return true;
        }

        at = search.FirstByte;
        return false;
    }

    private void NoteHole(LogPosition behind)
    {
        if (Expected != LogPosition.None && behind > Expected)
        {
            _damaged(new DamagedRange(Expected, LogPosition.FromBits(behind.Bits - 1)));
        }

        Expected = behind;
    }

    // The writer goes on at the next page when it takes another block of memory.
    private bool BeginsAtPage(ReadOnlySpan<byte> bytes, int at, TailSegment segment)
    {
        int page = SegmentLayout.UpToPage(at);
        return page > at && TryRead(bytes, page, segment, out StoredHeader stored) && IsExpected(stored.Header);
    }

    // The usual end of a segment that is not the last: the next one begins with the next record.
    private bool BeginsNext(int index)
    {
        if (index + 1 >= _tail.Count)
        {
            return false;
        }

        TailSegment next = _tail[index + 1];
        byte[] header = new byte[RecordCodec.HeaderBytes];
        return ReadAt(next, next.From, header) && RecordCodec.TryRead(header, next.Generation, out StoredHeader stored) && IsExpected(stored.Header);
    }

    private bool ReadAt(TailSegment segment, int at, byte[] header)
    {
        using IDiskFile file = _disk.Open(segment.File.Path, DiskOpen.ReadOnly);
        try
        {
            return file.Read(at, header) == header.Length;
        }
        catch (DiskException failure) when (failure.Errno == Errno.InputOutput)
        {
            return false;
        }
    }

    // A group start behind a hole, and the first record behind it, where the scan goes on; null when there is none.
    private HoleSearch? FindGroupStart(int index, ReadOnlySpan<byte> bytes, int from, LogPosition least)
    {
        HoleSearch search = new(least);
        bool isFound = search.Look(index, bytes, from, _tail[index].Generation);
        if (isFound || index + 1 >= _tail.Count)
        {
            return isFound ? search : null;
        }

        using NativeBuffer other = new(_segmentBytes);
        for (int later = index + 1; later < _tail.Count && !isFound; later++)
        {
            _tail[later].Load(_disk, other.Span);
            isFound = search.Look(later, other.Span, _tail[later].From, _tail[later].Generation);
        }

        return isFound ? search : null;
    }

    private bool TryRead(ReadOnlySpan<byte> bytes, int at, TailSegment segment, out StoredHeader stored)
    {
        stored = default;
        return at + RecordCodec.HeaderBytes <= _segmentBytes
            && RecordCodec.TryRead(bytes[at..], segment.Generation, out stored)
            && stored.RecordBytes <= _segmentBytes - at;
    }

    private bool IsExpected(in RecordHeader header) =>
        Expected == LogPosition.None
        || header.Position == Expected
        || (header.Type == RecordType.Barrier && header.Position > Expected && header.Position.Number == Expected.Number);
}
