namespace Forewave.Broker.Deduplication.Slices;

/// <summary>
/// Counts ids by window. Most brokers have a handful of windows; of more than 16 the shorter ones are counted under the next longer.
/// One thread's.
/// </summary>
internal sealed class WindowCounts
{
    private const int MostWindows = 16;
    private readonly List<WindowCount> _counts = [];

    /// <summary>Counts one.</summary>
    public void Add(TimeSpan window, IdTime time)
    {
        for (int i = 0; i < _counts.Count; i++)
        {
            var count = _counts[i];
            if (count.Window == window)
            {
                _counts[i] = new WindowCount(window, count.Ids + 1, count.Newest > time ? count.Newest : time);
                return;
            }
        }
        _counts.Add(new WindowCount(window, 1, time));
        if (_counts.Count > MostWindows)
            JoinShortest();
    }

    /// <summary>All of them.</summary>
    public WindowCount[] ToArray() => [.. _counts];

    private void JoinShortest()
    {
        _counts.Sort((left, right) => left.Window.CompareTo(right.Window));
        var (shortest, next) = (_counts[0], _counts[1]);
        _counts[1] = new WindowCount(
            next.Window, shortest.Ids + next.Ids, shortest.Newest > next.Newest ? shortest.Newest : next.Newest);
        _counts.RemoveAt(0);
    }
}
