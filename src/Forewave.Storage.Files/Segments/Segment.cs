using Forewave.Protocol;
using Forewave.Storage.Files.Reclaim;

namespace Forewave.Storage.Files.Segments;

/// <summary>
/// A segment of the log while the store is open. Its bounds are moved by the log's writer (or recovery) alone and may be read
/// by any thread; readers and parts belong to <see cref="SegmentTable"/> and its lock.
/// </summary>
internal sealed class Segment
{
    private ulong _first;
    private ulong _last;
    private volatile bool _isSealed;
    private volatile CopyRanges? _copies;
    private int _end = SegmentLayout.HeaderBytes;

    /// <param name="number">Its number.</param>
    /// <param name="parts">Its files in the order of their bytes; one, but for a segment that recovery wrote again in part.</param>
    public Segment(SegmentNumber number, params SegmentPart[] parts)
    {
        Number = number;
        Parts = parts;
    }

    public SegmentNumber Number { get; }

    public SegmentPart[] Parts { get; }

    /// <summary>Generation of what is written now.</summary>
    public Generation Generation => Parts[^1].Generation;

    /// <summary>Position of its first record; none while it is empty.</summary>
    public LogPosition First
    {
        get => LogPosition.FromBits(Volatile.Read(ref _first));
        set => Volatile.Write(ref _first, value.Bits);
    }

    /// <summary>Position of the last committed record's last message; none while it is empty or when it is not known.</summary>
    public LogPosition Last
    {
        get => LogPosition.FromBits(Volatile.Read(ref _last));
        set => Volatile.Write(ref _last, value.Bits);
    }

    /// <summary>The byte after the last record; 4096 for an old segment of which nobody knows it.</summary>
    public int End
    {
        get => Volatile.Read(ref _end);
        set => Volatile.Write(ref _end, value);
    }

    /// <summary>Nothing will be written to it any more.</summary>
    public bool IsSealed
    {
        get => _isSealed;
        set => _isSealed = value;
    }

    public SparsePositions Positions { get; } = new();

    /// <summary>What of which queues is in it; null when <see cref="SummaryFiles"/> has it.</summary>
    public SegmentSummary? Summary { get; set; } = new();

    /// <summary>Between which positions the runs are that were carried or released into it; null: its summary was not looked at yet.</summary>
    public CopyRanges? Copies
    {
        get => _copies;
        set => _copies = value;
    }

    /// <summary>How many readers hold it: it is not recycled meanwhile.</summary>
    public int Readers { get; set; }

    /// <summary>The file that holds a byte of it.</summary>
    public SegmentPart PartOf(int recordByte)
    {
        int part = Parts.Length - 1;
        while (part > 0 && Parts[part].From > recordByte)
        {
            part--;
        }

        return Parts[part];
    }
}
