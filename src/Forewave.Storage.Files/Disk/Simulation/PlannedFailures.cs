namespace Forewave.Storage.Files.Disk.Simulation;

/// <summary>Which calls of one kind are to fail, counted from when that was asked for. Thread-safe.</summary>
internal sealed class PlannedFailures
{
    private readonly Lock _gate = new();
    private readonly Dictionary<long, Errno> _failures = [];
    private long _calls;

    /// <param name="nth">1 for the next call.</param>
    /// <param name="errno">What it fails with.</param>
    internal void Add(int nth, Errno errno)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(nth, 1);
        lock (_gate)
            _failures[_calls + nth] = errno;
    }

    /// <summary>Counts a call; null lets it succeed.</summary>
    internal Errno? Next()
    {
        lock (_gate)
            return _failures.Remove(++_calls, out Errno errno) ? errno : null;
    }
}
