namespace Forewave.Bench.Probes.Measurement;

/// <summary>The times of one round. One thread at a time; keeps its memory from round to round.</summary>
internal sealed class Latencies
{
    private readonly List<TimeSpan> _times = new(1 << 18);
    private bool _sorted;

    public int Count => _times.Count;

    public void Clear() => _times.Clear();

    public void Add(TimeSpan time)
    {
        _times.Add(time);
        _sorted = false;
    }

    /// <summary>The time that <paramref name="share"/> (0–1) of all do not exceed; the first call after an addition sorts them.</summary>
    public TimeSpan At(double share)
    {
        if (!_sorted)
        {
            _times.Sort();
            _sorted = true;
        }

        return _times.Count == 0
            ? throw new InvalidOperationException("a round without a single operation has no latency; make it longer")
            : _times[(int)Math.Min(_times.Count - 1, share * _times.Count)];
    }
}
