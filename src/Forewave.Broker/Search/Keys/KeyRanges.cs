namespace Forewave.Broker.Search.Keys;

/// <summary>
/// A set of messages as ranges of offsets, a few for each index: where there would be more, the two that lie closest become one, so
/// it may hold more than was added, never less. Not thread-safe.
/// </summary>
internal sealed class KeyRanges
{
    private const int MostPerIndex = 8;
    private readonly Dictionary<uint, List<KeyRange>> _byIndex = [];

    /// <summary>All ranges; of each index in the order of their offsets.</summary>
    public IEnumerable<KeyRange> All => _byIndex.Values.SelectMany(ranges => ranges);

    /// <summary>There is none.</summary>
    public bool IsEmpty => _byIndex.Count == 0;

    /// <summary>How many messages.</summary>
    public long Count => All.Sum(range => range.Count);

    /// <summary>Adds messages.</summary>
    public void Add(KeyRange range)
    {
        if (range.IsEmpty)
            return;
        if (!_byIndex.TryGetValue(range.Index, out var ranges))
            _byIndex.Add(range.Index, ranges = []);
        // Nearly always it follows the last one.
        if (ranges.Count > 0 && ranges[^1] is var last && range.First >= last.First && range.First <= last.End)
        {
            ranges[^1] = last with { End = Math.Max(last.End, range.End) };
            return;
        }
        Insert(ranges, range);
        if (ranges.Count > MostPerIndex)
            JoinClosest(ranges);
    }

    /// <summary>Adds all of another set.</summary>
    public void Add(KeyRanges other)
    {
        foreach (var range in other.All)
            Add(range);
    }

    /// <summary>Takes messages out.</summary>
    public void Remove(KeyRange gone)
    {
        if (!_byIndex.TryGetValue(gone.Index, out var ranges))
            return;
        List<KeyRange> left = [];
        foreach (var range in ranges)
        {
            var before = range with { End = Math.Min(range.End, gone.First) };
            var after = range with { First = Math.Max(range.First, gone.End) };
            if (gone.IsEmpty || gone.End <= range.First || gone.First >= range.End)
                left.Add(range);
            else
                left.AddRange(new[] { before, after }.Where(part => !part.IsEmpty));
        }
        if (left.Count == 0)
            _byIndex.Remove(gone.Index);
        else
            _byIndex[gone.Index] = left;
    }

    /// <summary>The first range of an index that reaches beyond an offset; empty: there is none.</summary>
    public KeyRange FirstAfter(uint index, long offset)
    {
        foreach (var range in _byIndex.GetValueOrDefault(index) ?? [])
        {
            if (range.End > offset)
                return range with { First = Math.Max(range.First, offset) };
        }
        return default;
    }

    private static void Insert(List<KeyRange> ranges, KeyRange range)
    {
        int at = 0;
        while (at < ranges.Count && ranges[at].End < range.First)
            at++;
        int end = at;
        for (; end < ranges.Count && ranges[end].First <= range.End; end++)
            range = range with { First = Math.Min(range.First, ranges[end].First), End = Math.Max(range.End, ranges[end].End) };
        ranges.RemoveRange(at, end - at);
        ranges.Insert(at, range);
    }

    private static void JoinClosest(List<KeyRange> ranges)
    {
        int closest = 1;
        for (int i = 2; i < ranges.Count; i++)
        {
            if (ranges[i].First - ranges[i - 1].End < ranges[closest].First - ranges[closest - 1].End)
                closest = i;
        }
        ranges[closest - 1] = ranges[closest - 1] with { End = ranges[closest].End };
        ranges.RemoveAt(closest);
    }
}
