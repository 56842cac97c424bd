namespace Forewave.Storage.Files.Disk.Simulation;

/// <summary>
/// A simulated disk for tests of durability, which a killed process cannot test: the page cache survives that. It keeps
/// apart what was synced and what was not, and when its power goes any part of the latter may be lost.
/// </summary>
/// <remarks>
/// <para>
/// After <see cref="PowerLoss"/>: what a file's sync covered is there. Of the rest each sector of 512 bytes holds any one of
/// the versions that it had since that sync, and the length is any that it had. Names of files that were created, renamed
/// or deleted since the sync of their folder are old or new, each by itself, except that of changes to one name or one
/// file the later never survives without the earlier (every journaling file system of Linux keeps that order). A rename
/// never leaves both names or none. A folder whose own name is lost takes its files along.
/// </para>
/// <para>
/// Everything depends on the seed and the calls alone. What befalls a file is drawn from the seed and its name, so threads
/// that race on different files do not change it.
/// </para>
/// <para>
/// Thread-safe: one lock around each call, hooks included, so a hook must not wait for another thread that uses the disk.
/// It may call <see cref="CutPower"/>. Memory is taken by what was written, three times over at most.
/// </para>
/// </remarks>
public sealed class PowerLossDisk : IDisk
{
    private readonly SimulatedPower _power = new();
    private readonly DiskSpace _space;
    private readonly SimulatedNames _names;
    private readonly HashSet<DiskPath> _locks = [];
    private readonly int _generation;

    /// <summary>An empty disk without a limit.</summary>
    public PowerLossDisk(long seed)
        : this(seed, new SimulatedNames(), new DiskSpace(long.MaxValue))
    {
    }

    private PowerLossDisk(long seed, SimulatedNames names, DiskSpace space, int generation = 0)
    {
        Seed = seed;
        Faults = new DiskFaults(space);
        _names = names;
        _space = space;
        _generation = generation;
    }

    /// <summary>What every choice is drawn from; print it when a test fails.</summary>
    public long Seed { get; }

    /// <summary>What the disk is told to do wrong.</summary>
    public DiskFaults Faults { get; }

    /// <summary>
    /// Called before each operation that changes the disk or makes something durable. After <see cref="CutPower"/> in it,
    /// the operation is not done. What it throws goes to the caller of the operation, which then is not done either.
    /// </summary>
    public Action<DiskOperation>? BeforeOperation
    {
        get => _power.Before;
        set => _power.Before = value;
    }

    /// <summary>
    /// Called after each such operation that succeeded. After <see cref="CutPower"/> in it, the operation is done and its
    /// caller never hears of it.
    /// </summary>
    public Action<DiskOperation>? AfterOperation
    {
        get => _power.After;
        set => _power.After = value;
    }

    /// <summary>What was asked of this disk so far.</summary>
    public DiskCounts Counts
    {
        get
        {
            lock (Gate)
                return _power.Counts;
        }
    }

    /// <summary>Whether <see cref="CutPower"/> or <see cref="PowerLoss"/> was called.</summary>
    public bool IsPowerLost => _power.IsLost;

    /// <inheritdoc/>
    public long FreeBytes
    {
        get
        {
            CheckPower();
            return _space.FreeBytes;
        }
    }

    /// <inheritdoc/>
    public long TotalBytes => _space.CapacityBytes;

    internal Lock Gate { get; } = new();

    /// <summary>From now on every call on this disk and its files throws <see cref="PowerLostException"/>.</summary>
    public void CutPower() => _power.Cut();

    /// <summary>
    /// Cuts the power and returns what is found when it is back: another disk, unlocked and without faults or hooks. May be
    /// called again with another outcome, to look at many ends of one run. Costs copying what was written.
    /// </summary>
    /// <param name="outcome">Which of the possible outcomes; the same one for the same number.</param>
    public PowerLossDisk PowerLoss(int outcome = 0)
    {
        CutPower();
        lock (Gate)
        {
            long occasion = ((long)_generation << 32) | (uint)outcome;
            DiskSpace space = new(_space.CapacityBytes);
            SimulatedNames names = _names.AfterPowerLoss(
                SeededChoice.For(Seed, "names", occasion),
                (path, file) => file.AfterPowerLoss(space, SeededChoice.For(Seed, "file " + path, occasion)));
            return new PowerLossDisk(Seed, names, space, _generation + 1);
        }
    }

    /// <summary>Lets a bit rot, on the disk and in the cache.</summary>
    /// <param name="path">A file that exists.</param>
    /// <param name="offset">The byte; below the file's length.</param>
    /// <param name="bit">0 for the lowest, to 7.</param>
    public void FlipBit(DiskPath path, long offset, int bit)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(offset);
        ArgumentOutOfRangeException.ThrowIfGreaterThan((uint)bit, 7u, nameof(bit));
        lock (Gate)
        {
            SimulatedFile file = _names.Get(path, DiskOperationKind.Open);
            ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual(offset, file.Length);
            file.FlipBit(offset, bit);
        }
    }

    /// <inheritdoc/>
    public IDiskFile Open(DiskPath path, DiskOpen mode)
    {
        lock (Gate)
        {
            CheckPower();
            SimulatedFile file = mode == DiskOpen.CreateNew ? Create(path) : _names.Get(path, DiskOperationKind.Open);
            if (mode == DiskOpen.OpenExisting)
                CheckWritable(DiskOperationKind.Open, path);
            return new SimulatedFileHandle(this, path, file, isWritable: mode != DiskOpen.ReadOnly);
        }
    }

    /// <inheritdoc/>
    public bool Exists(DiskPath path)
    {
        lock (Gate)
        {
            CheckPower();
            return _names.Exists(path);
        }
    }

    /// <inheritdoc/>
    public IReadOnlyList<DiskPath> List(DiskPath folder)
    {
        lock (Gate)
        {
            CheckPower();
            return _names.List(folder);
        }
    }

    /// <inheritdoc/>
    public void CreateFolder(DiskPath path) =>
        Change(DiskOperationKind.CreateFolder, path, () => _names.AddFolder(path));

    /// <inheritdoc/>
    public void Delete(DiskPath path) =>
        Change(DiskOperationKind.Delete, path, () => _names.Remove(path));

    /// <inheritdoc/>
    public void Rename(DiskPath from, DiskPath to) =>
        Change(DiskOperationKind.Rename, from, () => _names.Rename(from, to));

    /// <inheritdoc/>
    public void SyncFolder(DiskPath folder)
    {
        CheckPower();
        Faults.WaitBeforeSync();
        lock (Gate)
        {
            DiskOperation operation = _power.Begin(DiskOperationKind.SyncFolder, folder, default);
            _names.CheckFolder(folder);
            if (Faults.FolderSyncs.Next() is { } errno)
                throw new DiskException(DiskOperationKind.SyncFolder, folder, errno);

            _names.Sync(folder);
            _power.End(operation);
        }
    }

    /// <inheritdoc/>
    public IDisposable LockExclusive(DiskPath path)
    {
        lock (Gate)
        {
            CheckPower();
            CheckWritable(DiskOperationKind.Lock, path);
            if (!_names.Exists(path))
                Create(path);
            if (!_locks.Add(path))
                throw DiskException.LockedBy(path, Environment.ProcessId);
        }

        return new MemoryLock(() => Unlock(path));
    }

    internal void CheckPower() => _power.Check();

    internal DiskOperation Begin(DiskOperationKind kind, DiskPath path, ByteRange range)
    {
        DiskOperation operation = _power.Begin(kind, path, range);
        if (kind != DiskOperationKind.Sync)
            CheckWritable(kind, path);
        return operation;
    }

    internal void End(DiskOperation operation) => _power.End(operation);

    internal SeededChoice ChoiceFor(string thing, DiskPath path) =>
        SeededChoice.For(Seed, $"{thing} {path}", _power.Counts.Operations);

    private SimulatedFile Create(DiskPath path)
    {
        DiskOperation operation = Begin(DiskOperationKind.Create, path, default);
        SimulatedFile file = new(_space);
        _names.Add(path, file);
        End(operation);
        return file;
    }

    private void Change(DiskOperationKind kind, DiskPath path, Action change)
    {
        lock (Gate)
        {
            DiskOperation operation = Begin(kind, path, default);
            change();
            End(operation);
        }
    }

    private void CheckWritable(DiskOperationKind kind, DiskPath path)
    {
        if (Faults.IsReadOnly)
            throw new DiskException(kind, path, Errno.ReadOnlyFileSystem);
    }

    private void Unlock(DiskPath path)
    {
        lock (Gate)
            _locks.Remove(path);
    }
}
