using Forewave.Protocol;

namespace Forewave.Storage.Files.QueueIndex;

/// <summary>
/// The newest runs of a queue, not yet a block: at most 61, as they will stand in the block, 16 bytes each, grown on demand so
/// that a quiet queue costs little. Guarded by its queue's lock. A part of its queue, not an object of its own: with thousands of
/// queues each object that an append looks at is one that is not in the processor's cache.
/// </summary>
internal struct IndexTail
{
    private const int FirstRuns = 4;

    private PackedRun[]? _runs;
    private long _firstTime;

    public int Count { get; private set; }

    /// <summary>Offset of the first run; while there is one.</summary>
    public long FirstOffset { get; private set; }

    /// <summary>The offset after the last run; while there is one.</summary>
    public long End { get; private set; }

    /// <summary>Whether a run still fits into the same block: number of entries, width of its offset and time.</summary>
    public readonly bool HasRoomFor(in IndexEntry run) =>
        Count == 0
        || (Count < IndexBlock.MaxEntries
            && run.End - FirstOffset <= uint.MaxValue
            && run.Time.UnixMilliseconds - _firstTime is >= 0 and <= uint.MaxValue);

    public void Add(in IndexEntry run)
    {
        if (Count == 0)
        {
            (FirstOffset, _firstTime) = (run.First.Value, run.Time.UnixMilliseconds);
        }

        PackedRun[]? runs = _runs;
        if (runs is null || Count == runs.Length)
        {
            Array.Resize(ref runs, Math.Min(IndexBlock.MaxEntries, Math.Max(FirstRuns, Count * 4)));
            _runs = runs;
        }

        runs[Count++] = new PackedRun
        {
            Location = run.Location,
            Offset = (uint)(run.First.Value - FirstOffset),
            Time = (uint)(run.Time.UnixMilliseconds - _firstTime),
        };
        End = run.End;
    }

    /// <summary>Reads where the next run goes; may be called while another thread changes it. What it returns means nothing.</summary>
    public readonly long Look()
    {
        PackedRun[]? runs = _runs;
        int next = Count;
        return runs is not null && next < runs.Length ? runs[next].Offset : next;
    }

    public void Clear() => Count = 0;

    /// <summary>Whether the run that holds an offset is here (the offset is below the queue's end).</summary>
    public readonly bool Holds(long offset) => Count > 0 && offset >= FirstOffset;

    /// <summary>The run at a place.</summary>
    public readonly IndexEntry this[int place]
    {
        get
        {
            PackedRun run = _runs![place];
            long first = FirstOffset + run.Offset;
            long end = place + 1 < Count ? FirstOffset + _runs[place + 1].Offset : End;
            return new IndexEntry(new Offset(first), (int)(end - first), run.Location, new Timestamp(_firstTime + run.Time));
        }
    }

    /// <summary>Copies all runs, at most 61.</summary>
    public readonly ReadOnlySpan<IndexEntry> CopyTo(Span<IndexEntry> runs)
    {
        for (int i = 0; i < Count; i++)
        {
            runs[i] = this[i];
        }

        return runs[..Count];
    }

    /// <summary>Place of the run that holds an offset.</summary>
    public readonly int Find(long offset)
    {
        int low = 0;
        int high = Count - 1;
        while (low < high)
        {
            int middle = (low + high + 1) >> 1;
            (low, high) = FirstOffset + _runs![middle].Offset <= offset ? (middle, high) : (low, middle - 1);
        }

        return low;
    }

    public readonly void Relocate(in Relocation move)
    {
        ref PackedRun run = ref _runs![Find(move.First.Value)];
        if (FirstOffset + run.Offset == move.First.Value)
        {
            run = run with { Location = move.To };
        }
    }

    /// <summary>A run, its offset and time (milliseconds) relative to the first one's.</summary>
    private readonly record struct PackedRun
    {
        public required RecordLocation Location { get; init; }

        public required uint Offset { get; init; }

        public required uint Time { get; init; }
    }
}
