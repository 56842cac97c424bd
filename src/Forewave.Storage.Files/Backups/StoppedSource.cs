using Forewave.Protocol;
using Forewave.Storage.Files.Disk;
using Forewave.Storage.Files.Manifests;
using Forewave.Storage.Files.Segments;

namespace Forewave.Storage.Files.Backups;

/// <summary>
/// A folder that nobody serves, under its lock. After a crash the log's end is where reading it ends, as recovery would find it.
/// </summary>
internal sealed class StoppedSource : IBackupSource, IDisposable
{
    private static readonly DiskPath LockFile = new("LOCK");

    private readonly IDisposable _lock;

    /// <summary>Locks the folder and reads its MANIFEST.</summary>
    /// <exception cref="StoreException">There is none, it is damaged, or a process has the folder open.</exception>
    public StoppedSource(IDisk disk)
    {
        Disk = disk;
        if (!disk.Exists(new DiskPath("MANIFEST")))
        {
            throw new StoreException(ErrorCode.FolderUnusable, "There is no MANIFEST in the data folder, so there is nothing to back up. Check the path.");
        }

        try
        {
            _lock = disk.LockExclusive(LockFile);
        }
        catch (DiskException failure)
        {
            throw StoreFailures.OfOpening(failure);
        }

        Manifest = new ManifestStore(disk).Read()!;
    }

    public IDisk Disk { get; }

    public Manifest Manifest { get; }

    public LogPosition Committed => LogPosition.FromBits(ulong.MaxValue);

    public bool IsFull => false;

    // The last one that has records is copied as sealed: nobody writes to it under this generation again, since an opening goes on in another.
    public SegmentUse UseOf(SegmentNumber number) => SegmentUse.Sealed;

    public bool TryHold(SegmentNumber number) => true;

    public void Release(SegmentNumber number)
    {
        // Nobody recycles it while the folder's lock is held.
    }

    public void Dispose() => _lock.Dispose();
}
