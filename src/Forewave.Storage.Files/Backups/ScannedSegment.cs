using Forewave.Protocol;
using Forewave.Storage.Files.Disk;
using Forewave.Storage.Files.Recovery;
using Forewave.Storage.Files.Segments;

namespace Forewave.Storage.Files.Backups;

/// <summary>What is in one file of the log, read record by record up to a limit.</summary>
internal sealed class ScannedSegment
{
    private readonly RecordLimit _limit;
    private readonly ScanMarks _marks;
    private bool _isPast;

    private ScannedSegment(RecordLimit limit, ScanMarks marks)
    {
        _limit = limit;
        _marks = marks;
    }

    /// <summary>Position of the first record; none: there is none within the limit.</summary>
    public LogPosition First { get; private set; }

    /// <summary>Position of the last message of the last record within the limit.</summary>
    public LogPosition Last { get; private set; }

    /// <summary>Time of that record.</summary>
    public Timestamp LastTime { get; private set; }

    /// <summary>Position of the last message of the last record that was committed; none: there is none.</summary>
    public LogPosition Committed { get; private set; }

    /// <summary>Time of that record.</summary>
    public Timestamp CommittedTime { get; private set; }

    /// <summary>Time of the record that was sought; null: it is not here.</summary>
    public Timestamp? SoughtTime { get; private set; }

    /// <summary>The byte after the last record within the limit.</summary>
    public int End { get; private set; }

    /// <summary>Records behind the limit were seen.</summary>
    public bool IsPastLimit => _isPast;

    /// <summary>Positions that rotted between records that are whole; behind the limit, where somebody may be writing, none counts.</summary>
    public ulong Damaged { get; private set; }

    /// <summary>Scans.</summary>
    /// <param name="disk">Of the file; not read.</param>
    /// <param name="segment">What is in the bytes.</param>
    /// <param name="bytes">A whole segment, every byte at its own place.</param>
    /// <param name="expected">Position of its first record; none where that is not known.</param>
    /// <param name="limit">Where to end.</param>
    /// <param name="marks">Records to be noted.</param>
    public static ScannedSegment Of(IDisk disk, TailSegment segment, ReadOnlySpan<byte> bytes, LogPosition expected, RecordLimit limit, ScanMarks marks = default)
    {
        ScannedSegment scanned = new(limit, marks) { End = segment.From };
        FoldUnit unit = new(scanned.Add);
        TailScan scan = new(disk, [segment], bytes.Length, unit, range => scanned.Damaged += range.First <= limit.Position ? range.Count : 0) { Expected = expected };
        scan.Scan(0, bytes, new SparsePositions());
        return scanned;
    }

    private void Add(in CommittedRecord record, ReadOnlySpan<byte> payload)
    {
        RecordHeader header = record.Header;
        LogPosition last = LogPosition.FromBits(header.Position.Bits + (uint)header.Count - 1);
        _isPast = _isPast || last > _limit.Position || header.Time.CompareTo(_limit.Time) > 0;
        if (_isPast)
        {
            return;
        }

        First = First == LogPosition.None ? header.Position : First;
        Last = last;
        LastTime = header.Time;
        (Committed, CommittedTime) = last <= _marks.Committed ? (last, header.Time) : (Committed, CommittedTime);
        SoughtTime = last == _marks.Sought ? header.Time : SoughtTime;
        End = new LogPlace(record.Location).Byte + SegmentLayout.RecordBytes(record.PayloadBytes);
    }
}
