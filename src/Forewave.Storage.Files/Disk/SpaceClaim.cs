namespace Forewave.Storage.Files.Disk;

/// <summary>
/// What one file takes of a <see cref="DiskSpace"/>, until nothing uses the file any more: neither a name nor an open
/// handle. Thread-safe.
/// </summary>
internal sealed class SpaceClaim(DiskSpace space)
{
    private readonly Lock _gate = new();
    private long _bytes;
    private int _uses;

    internal void AddUse()
    {
        lock (_gate)
            _uses++;
    }

    internal void DropUse()
    {
        lock (_gate)
        {
            if (--_uses > 0)
                return;

            space.GiveBack(_bytes);
            _bytes = 0;
        }
    }

    /// <summary>Returns false, and takes nothing, when the disk is full.</summary>
    internal bool TryGrowTo(long bytes)
    {
        lock (_gate)
        {
            if (bytes <= _bytes)
                return true;
            if (!space.TryTake(bytes - _bytes))
                return false;

            _bytes = bytes;
            return true;
        }
    }

    internal void ShrinkTo(long bytes)
    {
        lock (_gate)
        {
            if (bytes >= _bytes)
                return;

            space.GiveBack(_bytes - bytes);
            _bytes = bytes;
        }
    }

    /// <summary>Takes what a file has that was there before the capacity was, even where that is more.</summary>
    internal void TakeRegardless(long bytes)
    {
        lock (_gate)
        {
            space.GiveBack(_bytes - bytes);
            _bytes = bytes;
        }
    }
}
