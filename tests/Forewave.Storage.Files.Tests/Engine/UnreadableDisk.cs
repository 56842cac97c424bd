using Forewave.Storage.Files.Disk;

namespace Forewave.Storage.Files.Tests.Engine;

/// <summary>A disk of which some bytes cannot be read: every read that touches them fails with EIO, as of a bad sector.</summary>
internal sealed class UnreadableDisk(IDisk disk) : IDisk
{
    private readonly List<(DiskPath Path, ByteRange Range)> _bad = [];

    public long FreeBytes => disk.FreeBytes;

    public long TotalBytes => disk.TotalBytes;

    /// <summary>Reads so far.</summary>
    public int Reads { get; private set; }

    public void MakeUnreadable(DiskPath path, ByteRange range) => _bad.Add((path, range));

    public void CheckReadable(DiskPath path, ByteRange range)
    {
        Reads++;
        if (_bad.Exists(bad => bad.Path == path && bad.Range.Offset < range.End && range.Offset < bad.Range.End))
        {
            throw new DiskException(DiskOperationKind.Read, path, Errno.InputOutput);
        }
    }

    public IDiskFile Open(DiskPath path, DiskOpen mode) => new UnreadableFile(this, disk.Open(path, mode));

    public bool Exists(DiskPath path) => disk.Exists(path);

    public IReadOnlyList<DiskPath> List(DiskPath folder) => disk.List(folder);

    public void CreateFolder(DiskPath path) => disk.CreateFolder(path);

    public void Delete(DiskPath path) => disk.Delete(path);

    public void Rename(DiskPath from, DiskPath to) => disk.Rename(from, to);

    public void SyncFolder(DiskPath folder) => disk.SyncFolder(folder);

    public IDisposable LockExclusive(DiskPath path) => disk.LockExclusive(path);
}
