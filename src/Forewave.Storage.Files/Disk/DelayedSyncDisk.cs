using System.Diagnostics;

namespace Forewave.Storage.Files.Disk;

/// <summary>
/// Another disk, each of whose syncs takes a fixed time longer, as if it were across a network. For benchmarks: it shows
/// on a fast local disk what a cloud disk would do to the rate.
/// </summary>
/// <remarks>
/// Thread-safe as the disk inside. The time passes before the sync, on the calling thread; whole milliseconds asleep, the
/// rest spinning, so that a delay below one millisecond costs a core.
/// </remarks>
public sealed class DelayedSyncDisk : IDisk
{
    private readonly IDisk _inner;
    private readonly TimeSpan _addedToSync;

    /// <param name="inner">The disk that does the work; not owned.</param>
    /// <param name="addedToSync">What each sync of a file or folder takes longer, from zero to a minute.</param>
    public DelayedSyncDisk(IDisk inner, TimeSpan addedToSync)
    {
        ArgumentNullException.ThrowIfNull(inner);
        ArgumentOutOfRangeException.ThrowIfLessThan(addedToSync, TimeSpan.Zero);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(addedToSync, TimeSpan.FromMinutes(1));
        _inner = inner;
        _addedToSync = addedToSync;
    }

    /// <inheritdoc/>
    public long FreeBytes => _inner.FreeBytes;

    /// <inheritdoc/>
    public long TotalBytes => _inner.TotalBytes;

    /// <inheritdoc/>
    public IDiskFile Open(DiskPath path, DiskOpen mode) => new DelayedSyncFile(_inner.Open(path, mode), this);

    /// <inheritdoc/>
    public bool Exists(DiskPath path) => _inner.Exists(path);

    /// <inheritdoc/>
    public IReadOnlyList<DiskPath> List(DiskPath folder) => _inner.List(folder);

    /// <inheritdoc/>
    public void CreateFolder(DiskPath path) => _inner.CreateFolder(path);

    /// <inheritdoc/>
    public void Delete(DiskPath path) => _inner.Delete(path);

    /// <inheritdoc/>
    public void Rename(DiskPath from, DiskPath to) => _inner.Rename(from, to);

    /// <inheritdoc/>
    public void SyncFolder(DiskPath folder)
    {
        PassAddedTime();
        _inner.SyncFolder(folder);
    }

    /// <inheritdoc/>
    public IDisposable LockExclusive(DiskPath path) => _inner.LockExclusive(path);

    internal void PassAddedTime()
    {
        long start = Stopwatch.GetTimestamp();
        int wholeMilliseconds = (int)_addedToSync.TotalMilliseconds;
        if (wholeMilliseconds > 0)
            Sleep(wholeMilliseconds);
        while (Stopwatch.GetElapsedTime(start) < _addedToSync)
            Thread.SpinWait(20);
    }

    // The ban on sleeping is for code that waits for something. Here the passing of time is the thing itself.
#pragma warning disable RS0030
    private static void Sleep(int milliseconds) => Thread.Sleep(milliseconds);
#pragma warning restore RS0030
}
