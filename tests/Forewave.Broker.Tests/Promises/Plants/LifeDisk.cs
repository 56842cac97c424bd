using Forewave.Storage.Files.Disk;

namespace Forewave.Broker.Tests.Promises.Plants;

/// <summary>
/// The machine's disk as one process sees it: ends with the process, while what it wrote stays with the machine. May have a
/// fault planted. Thread-safe.
/// </summary>
internal sealed class LifeDisk(IDisk machine, Plant plant) : IDisk
{
    private readonly Lock _gate = new();
    private readonly List<IDisposable> _locks = [];
    private Action? _lateSync;
    private volatile bool _hasEnded;

    public Plant Plant => plant;

    public long FreeBytes => machine.FreeBytes;

    public long TotalBytes => machine.TotalBytes;

    /// <summary>kill -9: nothing has an effect any more, locks are free.</summary>
    public void End()
    {
        _hasEnded = true;
        lock (_gate)
        {
            _locks.ForEach(held => held.Dispose());
            _locks.Clear();
        }
    }

    public IDiskFile Open(DiskPath path, DiskOpen mode) => Do(() => new LifeFile(this, machine.Open(path, mode)));

    public bool Exists(DiskPath path) => Do(() => machine.Exists(path));

    public IReadOnlyList<DiskPath> List(DiskPath folder) => Do(() => machine.List(folder));

    public void CreateFolder(DiskPath path) => Change(() => machine.CreateFolder(path));

    public void Delete(DiskPath path) => Change(() => machine.Delete(path));

    public void Rename(DiskPath from, DiskPath to) => Change(() => machine.Rename(from, to));

    public void SyncFolder(DiskPath folder)
    {
        if (plant != Plant.FolderNotSynced)
            Change(() => machine.SyncFolder(folder));
    }

    public IDisposable LockExclusive(DiskPath path) => Do(() =>
    {
        var held = machine.LockExclusive(path);
        lock (_gate)
            _locks.Add(held);
        return held;
    });

    /// <summary>Does something that changes the disk.</summary>
    public void Change(Action change)
    {
        CheckAlive();
        Interlocked.Exchange(ref _lateSync, null)?.Invoke();
        change();
    }

    /// <summary>Syncs a file of the log, as the plant has it.</summary>
    public void SyncSegment(IDiskFile file)
    {
        switch (plant)
        {
            case Plant.SyncSkipped:
                CheckAlive();
                break;
            case Plant.SyncLate:
                Change(() => { });
                Interlocked.Exchange(ref _lateSync, file.Sync);
                break;
            default:
                Change(file.Sync);
                break;
        }
    }

    public void CheckAlive()
    {
        if (_hasEnded)
            throw new LifeEndedException();
    }

    private T Do<T>(Func<T> use)
    {
        CheckAlive();
        return use();
    }
}
