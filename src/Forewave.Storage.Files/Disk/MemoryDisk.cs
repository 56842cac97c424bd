namespace Forewave.Storage.Files.Disk;

/// <summary>
/// A data folder in memory, for brokers "in memory" and for tests: everything is gone with the object.
/// </summary>
/// <remarks>
/// Thread-safe; reads and writes of a file take no lock that is held while bytes are copied. Memory is taken by what was
/// written, in chunks of 64 KiB; gaps and preallocated zeros take none, though they count against the capacity.
/// </remarks>
public sealed class MemoryDisk : IDisk
{
    private readonly Lock _gate = new();
    private readonly FolderTree<MemoryFile> _names = new();
    private readonly HashSet<DiskPath> _locks = [];
    private readonly DiskSpace _space;

    /// <summary>A disk without a limit.</summary>
    public MemoryDisk()
        : this(long.MaxValue)
    {
    }

    /// <param name="capacityBytes">
    /// Sum of the lengths of all files, beyond which writes fail with <see cref="DiskErrorKind.DiskFull"/>;
    /// from 0 on, <see cref="long.MaxValue"/> for no limit.
    /// </param>
    public MemoryDisk(long capacityBytes) => _space = new DiskSpace(capacityBytes);

    /// <inheritdoc/>
    public long FreeBytes => _space.FreeBytes;

    /// <inheritdoc/>
    public long TotalBytes => _space.CapacityBytes;

    /// <inheritdoc/>
    public IDiskFile Open(DiskPath path, DiskOpen mode)
    {
        lock (_gate)
        {
            MemoryFile file = mode == DiskOpen.CreateNew ? Create(path) : _names.Get(path, DiskOperationKind.Open);
            return new MemoryFileHandle(path, file, isWritable: mode != DiskOpen.ReadOnly);
        }
    }

    /// <inheritdoc/>
    public bool Exists(DiskPath path)
    {
        lock (_gate)
            return _names.Exists(path);
    }

    /// <inheritdoc/>
    public IReadOnlyList<DiskPath> List(DiskPath folder)
    {
        lock (_gate)
            return _names.List(folder);
    }

    /// <inheritdoc/>
    public void CreateFolder(DiskPath path)
    {
        lock (_gate)
            _names.AddFolder(path);
    }

    /// <inheritdoc/>
    public void Delete(DiskPath path)
    {
        lock (_gate)
            _names.Remove(path).Space.DropUse();
    }

    /// <inheritdoc/>
    public void Rename(DiskPath from, DiskPath to)
    {
        lock (_gate)
            _names.Rename(from, to)?.Space.DropUse();
    }

    /// <inheritdoc/>
    public void SyncFolder(DiskPath folder)
    {
        lock (_gate)
            _names.CheckFolder(folder, DiskOperationKind.SyncFolder, folder);
    }

    /// <inheritdoc/>
    public IDisposable LockExclusive(DiskPath path)
    {
        lock (_gate)
        {
            if (!_names.Exists(path))
                Create(path);
            if (!_locks.Add(path))
                throw DiskException.LockedBy(path, Environment.ProcessId);
        }

        return new MemoryLock(() => Unlock(path));
    }

    private MemoryFile Create(DiskPath path)
    {
        MemoryFile file = new(_space);
        _names.Add(path, file);
        file.Space.AddUse();
        return file;
    }

    private void Unlock(DiskPath path)
    {
        lock (_gate)
            _locks.Remove(path);
    }
}
