namespace Forewave.Storage.Files.Disk;

/// <summary>
/// The space of a disk in memory: a capacity, and what files take of it. A file takes its whole length, gaps included.
/// Thread-safe.
/// </summary>
internal sealed class DiskSpace
{
    private readonly Lock _gate = new();
    private long _capacityBytes;
    private long _usedBytes;

    internal DiskSpace(long capacityBytes)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(capacityBytes);
        _capacityBytes = capacityBytes;
    }

    /// <summary><see cref="long.MaxValue"/> for no limit; below what is used, nothing is free.</summary>
    internal long CapacityBytes
    {
        get
        {
            lock (_gate)
                return _capacityBytes;
        }

        set
        {
            lock (_gate)
                _capacityBytes = value;
        }
    }

    internal long FreeBytes
    {
        get
        {
            lock (_gate)
                return _capacityBytes == long.MaxValue ? long.MaxValue : Math.Max(0, _capacityBytes - _usedBytes);
        }
    }

    internal bool TryTake(long bytes)
    {
        lock (_gate)
        {
            if (bytes > _capacityBytes - _usedBytes)
                return false;

            _usedBytes += bytes;
            return true;
        }
    }

    internal void GiveBack(long bytes)
    {
        lock (_gate)
            _usedBytes -= bytes;
    }
}
