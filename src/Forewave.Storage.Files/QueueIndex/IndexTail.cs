using Forewave.Protocol;

namespace Forewave.Storage.Files.QueueIndex;

/// <summary>
/// The newest runs of a queue, not yet a block: at most 61, grown on demand so that a quiet queue costs little. Guarded by
/// its queue's lock.
/// </summary>
internal sealed class IndexTail
{
    private IndexEntry[] _runs = [];
    private int _count;

    public int Count => _count;

    public ReadOnlySpan<IndexEntry> Runs => _runs.AsSpan(0, _count);

    /// <summary>Whether a run still fits into the same block: number of entries, width of its offset and time.</summary>
    public bool HasRoomFor(in IndexEntry run) =>
        _count == 0
        || (_count < IndexBlock.MaxEntries
            && run.End - _runs[0].First.Value <= uint.MaxValue
            && run.Time.UnixMilliseconds - _runs[0].Time.UnixMilliseconds is >= 0 and <= uint.MaxValue);

    public void Add(in IndexEntry run)
    {
        if (_count == _runs.Length)
        {
            Array.Resize(ref _runs, Math.Min(IndexBlock.MaxEntries, Math.Max(4, _count * 4)));
        }

        _runs[_count++] = run;
    }

    public void Clear() => _count = 0;

    /// <summary>Whether the run that holds an offset is here (the offset is below the queue's end).</summary>
    public bool Holds(long offset) => _count > 0 && offset >= _runs[0].First.Value;

    /// <summary>Place of the run that holds an offset.</summary>
    public int Find(long offset)
    {
        int low = 0;
        int high = _count - 1;
        while (low < high)
        {
            int middle = (low + high + 1) >> 1;
            (low, high) = _runs[middle].First.Value <= offset ? (middle, high) : (low, middle - 1);
        }

        return low;
    }

    public void Relocate(in Relocation move)
    {
        ref IndexEntry run = ref _runs[Find(move.First.Value)];
        if (run.First == move.First)
        {
            run = run with { Location = move.To };
        }
    }
}
