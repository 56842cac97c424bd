using Forewave.Storage.Files.Disk;

namespace Forewave.Storage.Files.Backups;

/// <summary>
/// Writes a file front to back under another name, and gives it its own when all of it is on stable storage. Syncs a little at a
/// time: where the log is on the same disk, its syncs wait behind what is written at once. Disposed before its end it leaves nothing.
/// </summary>
internal sealed class BackupWriter : IDisposable
{
    private const long MostUnsyncedBytes = 4 * 1024 * 1024;

    private readonly IDisk _disk;
    private readonly DiskPath _path;
    private readonly DiskPath _part;
    private readonly IDiskFile _file;
    private long _synced;
    private bool _isDone;

    public BackupWriter(IDisk disk, DiskPath path)
    {
        _disk = disk;
        _path = path;
        _part = path.Folder / $"{path.Name}.part";
        if (disk.Exists(_part))
        {
            disk.Delete(_part);
        }

        _file = disk.Open(_part, DiskOpen.CreateNew);
    }

    /// <summary>Bytes written.</summary>
    public long Written { get; private set; }

    public void Write(ReadOnlySpan<byte> bytes)
    {
        _file.Write(Written, bytes);
        Written += bytes.Length;
        if (Written - _synced >= MostUnsyncedBytes)
        {
            _file.Sync();
            _file.AdviseDontNeed(new ByteRange { Offset = _synced, LengthBytes = Written - _synced });
            _synced = Written;
        }
    }

    /// <summary>Makes it durable and gives it its name, in place of what had it; the name is durable after a sync of its folder.</summary>
    public void Finish()
    {
        _file.Sync();
        _disk.Rename(_part, _path);
        _isDone = true;
    }

    public void Dispose()
    {
        _file.Dispose();
        if (_isDone)
        {
            return;
        }

        try
        {
            _disk.Delete(_part);
        }
        catch (DiskException)
        {
            // Whoever disposes it unfinished has a failure to tell already; the next backup removes what is left.
        }
    }
}
