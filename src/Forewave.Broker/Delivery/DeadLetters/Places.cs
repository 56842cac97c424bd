using Forewave.Broker.Delivery.Records;

namespace Forewave.Broker.Delivery.DeadLetters;

/// <summary>A set of places in the dead letters of a group, as disjoint ranges in order. For the loop alone.</summary>
internal sealed class Places
{
    private readonly List<PlaceRange> _ranges = [];

    /// <summary>How many places.</summary>
    public long Count { get; private set; }

    /// <summary>The ranges, rising.</summary>
    public IReadOnlyList<PlaceRange> Ranges => _ranges;

    /// <summary>Whether a place is in it.</summary>
    public bool Contains(long place)
    {
        int index = IndexFor(place);
        return index < _ranges.Count && _ranges[index].First <= place;
    }

    /// <summary>The first place from one on that is not in it.</summary>
    public long NextOutside(long place)
    {
        int index = IndexFor(place);
        return index < _ranges.Count && _ranges[index].First <= place ? _ranges[index].End : place;
    }

    /// <summary>The first place from one on that is in it; none: the greatest number.</summary>
    public long NextInside(long place)
    {
        int index = IndexFor(place);
        return index < _ranges.Count ? Math.Max(_ranges[index].First, place) : long.MaxValue;
    }

    /// <summary>Adds a range; what is in it already stays.</summary>
    public void Add(PlaceRange added)
    {
        long first = added.First;
        long end = added.End;
        int from = IndexFor(first - 1);
        int to = from;
        while (to < _ranges.Count && _ranges[to].First <= end)
        {
            first = Math.Min(first, _ranges[to].First);
            end = Math.Max(end, _ranges[to].End);
            Count -= _ranges[to].Count;
            to++;
        }
        _ranges.RemoveRange(from, to - from);
        _ranges.Insert(from, new PlaceRange { First = first, End = end });
        Count += end - first;
    }

    /// <summary>Takes everything out.</summary>
    public void Clear()
    {
        _ranges.Clear();
        Count = 0;
    }

    /// <summary>Takes a range out.</summary>
    public void Remove(PlaceRange removed)
    {
        int index = IndexFor(removed.First);
        while (index < _ranges.Count && _ranges[index].First < removed.End)
        {
            var range = _ranges[index];
            long gone = Math.Min(range.End, removed.End) - Math.Max(range.First, removed.First);
            Count -= gone;
            _ranges.RemoveAt(index);
            if (range.First < removed.First)
                _ranges.Insert(index++, range with { End = removed.First });
            if (range.End > removed.End)
                _ranges.Insert(index++, range with { First = removed.End });
        }
    }

    /// <summary>Writes it.</summary>
    public void Write(RecordWriter writer)
    {
        writer.UInt32((uint)_ranges.Count);
        foreach (var range in _ranges)
        {
            writer.Int64(range.First);
            writer.Int64(range.End);
        }
    }

    /// <summary>Adds what <see cref="Write"/> wrote.</summary>
    public void Read(ref RecordReader reader)
    {
        int count = reader.Count();
        for (int i = 0; i < count; i++)
            Add(new PlaceRange { First = reader.Int64(), End = reader.Int64() });
    }

    /// <summary>Reads a set that <see cref="Write"/> wrote.</summary>
    public static Places ReadFrom(ref RecordReader reader)
    {
        var places = new Places();
        places.Read(ref reader);
        return places;
    }

    /// <summary>A set of ranges.</summary>
    public static Places Of(IEnumerable<PlaceRange> ranges)
    {
        var places = new Places();
        foreach (var range in ranges)
            places.Add(range);
        return places;
    }

    /// <summary>The first range that ends after a place.</summary>
    private int IndexFor(long place)
    {
        int low = 0;
        int high = _ranges.Count;
        while (low < high)
        {
            int middle = (low + high) / 2;
            if (_ranges[middle].End <= place)
                low = middle + 1;
            else
                high = middle;
        }
        return low;
    }
}
