using Forewave.Storage.Files.Disk;

namespace Forewave.Storage.Files.Tests.PowerLoss;

/// <summary>
/// The disk as one process sees it: ends with the process, while what it wrote stays with the machine. Counts operations and
/// ends at a given one.
/// </summary>
internal sealed class ProcessDisk : IDisk
{
    private readonly IDisk _disk;
    private readonly DiskPlant _plant;
    private readonly List<IDisposable> _open = [];
    private Action? _lateSync;
    private bool _hasEnded;

    public ProcessDisk(IDisk disk, DiskPlant plant)
    {
        _disk = disk;
        _plant = plant;
    }

    /// <summary>Called before each operation that changes something; may throw.</summary>
    public Action? BeforeChange { get; set; }

    public DiskPlant Plant => _plant;

    public long FreeBytes => _disk.FreeBytes;

    public long TotalBytes => _disk.TotalBytes;

    /// <summary>kill -9: locks are free, nothing else happens.</summary>
    public void End()
    {
        _hasEnded = true;
        _open.ForEach(held => held.Dispose());
        _open.Clear();
    }

    public IDiskFile Open(DiskPath path, DiskOpen mode)
    {
        Change();
        return new ProcessFile(this, _disk.Open(path, mode));
    }

    public bool Exists(DiskPath path)
    {
        Check();
        return _disk.Exists(path);
    }

    public IReadOnlyList<DiskPath> List(DiskPath folder)
    {
        Check();
        return _disk.List(folder);
    }

    public void CreateFolder(DiskPath path)
    {
        Change();
        _disk.CreateFolder(path);
    }

    public void Delete(DiskPath path)
    {
        Change();
        _disk.Delete(path);
    }

    public void Rename(DiskPath from, DiskPath to)
    {
        Change();
        _disk.Rename(from, to);
    }

    public void SyncFolder(DiskPath folder)
    {
        Change();
        if (_plant != DiskPlant.FolderNotSynced)
        {
            _disk.SyncFolder(folder);
        }
    }

    public IDisposable LockExclusive(DiskPath path)
    {
        Change();
        IDisposable held = _disk.LockExclusive(path);
        _open.Add(held);
        return held;
    }

    public void Check()
    {
        if (_hasEnded)
        {
            throw new ProcessEndedException();
        }
    }

    public void Change()
    {
        Check();
        BeforeChange?.Invoke();
        Check();
        Action? late = _lateSync;
        _lateSync = null;
        late?.Invoke();
    }

    /// <summary>Syncs a segment file as the plant has it.</summary>
    public void SyncSegment(IDiskFile file)
    {
        switch (_plant)
        {
            case DiskPlant.SyncSkipped:
                break;
            case DiskPlant.SyncLate:
                _lateSync = file.Sync;
                break;
            default:
                file.Sync();
                break;
        }
    }
}
