namespace Forewave.Storage.Files.Disk.Simulation;

/// <summary>
/// What a <see cref="PowerLossDisk"/> is told to do wrong. May be changed at any time from any thread; what a
/// <see cref="PowerLossDisk.PowerLoss"/> returns starts without faults, but with the capacity.
/// </summary>
public sealed class DiskFaults
{
    private readonly DiskSpace _space;
    private volatile bool _isReadOnly;
    private volatile Action? _delay;

    internal DiskFaults(DiskSpace space) => _space = space;

    /// <summary>
    /// Sum of the lengths of all files, beyond which writes fail with <see cref="DiskErrorKind.DiskFull"/>;
    /// <see cref="long.MaxValue"/> at first. Below what is used already, nothing is free.
    /// </summary>
    public long CapacityBytes
    {
        get => _space.CapacityBytes;
        set
        {
            ArgumentOutOfRangeException.ThrowIfNegative(value);
            _space.CapacityBytes = value;
        }
    }

    /// <summary>Whether everything that would change the disk fails with <see cref="DiskErrorKind.ReadOnly"/>.</summary>
    public bool IsReadOnly
    {
        get => _isReadOnly;
        set => _isReadOnly = value;
    }

    internal PlannedFailures Syncs { get; } = new();

    internal PlannedFailures FolderSyncs { get; } = new();

    internal PlannedFailures Writes { get; } = new();

    /// <summary>
    /// Lets the nth sync of a file from now (1 is the next) fail with EIO. As on Linux it may have written a part, all
    /// of it counts as clean after that, and syncs that come later succeed without writing it.
    /// </summary>
    public void FailSync(int nth) => Syncs.Add(nth, Errno.InputOutput);

    /// <summary>Lets the nth sync of a folder from now (1 is the next) fail with EIO; the names stay unsynced.</summary>
    public void FailFolderSync(int nth) => FolderSyncs.Add(nth, Errno.InputOutput);

    /// <summary>
    /// Lets the nth write, gather or growing preallocate from now (1 is the next) fail with ENOSPC or EIO: a write after
    /// a part of its bytes, a preallocate before the first.
    /// </summary>
    /// <param name="nth">1 for the next one.</param>
    /// <param name="kind"><see cref="DiskErrorKind.DiskFull"/> or <see cref="DiskErrorKind.Failed"/>.</param>
    public void FailWrite(int nth, DiskErrorKind kind) => Writes.Add(nth, kind switch
    {
        DiskErrorKind.DiskFull => Errno.NoSpace,
        DiskErrorKind.Failed => Errno.InputOutput,
        _ => throw new ArgumentOutOfRangeException(nameof(kind), kind, "A write can be made to fail with DiskFull or Failed."),
    });

    /// <summary>
    /// Makes every sync, of files and folders, wait first, by calling this on the thread that syncs. Other calls go on
    /// meanwhile.
    /// </summary>
    /// <param name="delay">What the callback is told to wait, for example 2 ms.</param>
    /// <param name="wait">Returns when that time has passed, on whatever clock the test has.</param>
    public void DelaySyncs(TimeSpan delay, Action<TimeSpan> wait)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(delay, TimeSpan.Zero);
        ArgumentNullException.ThrowIfNull(wait);
        _delay = () => wait(delay);
    }

    internal void WaitBeforeSync() => _delay?.Invoke();
}
