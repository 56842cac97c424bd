using Forewave.Protocol;

namespace Forewave.Storage.MySql.Indexes;

/// <summary>Runs of one index in offset order, without gaps: added at the end, removed at the front. Guarded by its index.</summary>
internal sealed class RunDeque
{
    private IndexedRun[] _runs = new IndexedRun[4];
    private int _first;

    /// <summary>How many.</summary>
    public int Count { get; private set; }

    public ref readonly IndexedRun this[int index] => ref _runs[(_first + index) & (_runs.Length - 1)];

    public void Add(in IndexedRun run)
    {
        if (Count == _runs.Length)
        {
            Resize(Count * 2);
        }

        _runs[(_first + Count++) & (_runs.Length - 1)] = run;
    }

    public void RemoveFirst()
    {
        _first = (_first + 1) & (_runs.Length - 1);
        Count--;
        if (_runs.Length > 64 && Count < _runs.Length / 8)
        {
            Resize(_runs.Length / 4);
        }
    }

    /// <summary>The run that holds an offset.</summary>
    public bool TryFind(long offset, out IndexedRun run)
    {
        int index = IndexOf(offset);
        bool isThere = index < Count && this[index].First <= offset;
        run = isThere ? this[index] : default;
        return isThere;
    }

    /// <summary>The run of a record. Positions ascend with the offsets.</summary>
    public bool TryFind(LogPosition position, out IndexedRun run)
    {
        int low = 0;
        for (int high = Count; low < high;)
        {
            int middle = (low + high) / 2;
            (low, high) = this[middle].Position < position ? (middle + 1, high) : (low, middle);
        }

        bool isThere = low < Count && this[low].Position == position;
        run = isThere ? this[low] : default;
        return isThere;
    }

    /// <summary>The first offset of a time or later; null: there is none. Times do not go back.</summary>
    public long? FindByTime(Timestamp time)
    {
        int low = 0;
        for (int high = Count; low < high;)
        {
            int middle = (low + high) / 2;
            (low, high) = this[middle].Time.CompareTo(time) < 0 ? (middle + 1, high) : (low, middle);
        }

        return low < Count ? this[low].First : null;
    }

    /// <summary>Copies runs from the one that holds an offset on, or from the first after it. Returns how many.</summary>
    public int CopyFrom(long offset, Span<IndexedRun> runs)
    {
        int index = IndexOf(offset);
        int count = Math.Min(Count - index, runs.Length);
        for (int i = 0; i < count; i++)
        {
            runs[i] = this[index + i];
        }

        return count;
    }

    /// <summary>How many runs there are from the one that holds an offset on.</summary>
    public int CountFrom(long offset) => Count - IndexOf(offset);

    // The first run that ends after an offset.
    private int IndexOf(long offset)
    {
        int low = 0;
        for (int high = Count; low < high;)
        {
            int middle = (low + high) / 2;
            (low, high) = this[middle].End <= offset ? (middle + 1, high) : (low, middle);
        }

        return low;
    }

    private void Resize(int length)
    {
        var runs = new IndexedRun[length];
        for (int i = 0; i < Count; i++)
        {
            runs[i] = this[i];
        }

        (_runs, _first) = (runs, 0);
    }
}
