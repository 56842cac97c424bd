namespace Forewave.Storage.Files.Disk.Simulation;

/// <summary>
/// The names of a <see cref="PowerLossDisk"/>: as they are seen, as they are durable, and the changes in between. Not
/// thread-safe: the disk holds a lock around every call.
/// </summary>
internal sealed class SimulatedNames
{
    private readonly FolderTree<SimulatedFile> _seen;
    private readonly Dictionary<DiskPath, SimulatedFile> _durableFiles;
    private readonly HashSet<DiskPath> _durableFolders;
    private List<UnsyncedName> _unsynced = [];

    internal SimulatedNames()
        : this([], [DiskPath.Root])
    {
    }

    private SimulatedNames(Dictionary<DiskPath, SimulatedFile> files, HashSet<DiskPath> folders)
    {
        _durableFiles = files;
        _durableFolders = folders;
        _seen = new FolderTree<SimulatedFile>(folders, files);
        foreach (SimulatedFile file in files.Values)
            file.Space.AddUse();
    }

    internal bool Exists(DiskPath path) => _seen.Exists(path);

    internal SimulatedFile Get(DiskPath path, DiskOperationKind operation) => _seen.Get(path, operation);

    internal IReadOnlyList<DiskPath> List(DiskPath folder) => _seen.List(folder);

    internal void Add(DiskPath path, SimulatedFile file)
    {
        _seen.Add(path, file);
        file.Space.AddUse();
        _unsynced.Add(new UnsyncedName(DiskOperationKind.Create, path, path, file));
    }

    internal void AddFolder(DiskPath path)
    {
        if (_seen.AddFolder(path))
            _unsynced.Add(new UnsyncedName(DiskOperationKind.CreateFolder, path, path, File: null));
    }

    internal void Remove(DiskPath path)
    {
        SimulatedFile file = _seen.Remove(path);
        file.Space.DropUse();
        _unsynced.Add(new UnsyncedName(DiskOperationKind.Delete, path, path, file));
    }

    internal void Rename(DiskPath from, DiskPath to)
    {
        SimulatedFile file = _seen.Get(from, DiskOperationKind.Rename);
        _seen.Rename(from, to)?.Space.DropUse();
        if (from != to)
            _unsynced.Add(new UnsyncedName(DiskOperationKind.Rename, to, from, file));
    }

    internal void CheckFolder(DiskPath folder) => _seen.CheckFolder(folder, DiskOperationKind.SyncFolder, folder);

    /// <summary>Makes the changes in this folder durable, and those before them that they build on.</summary>
    internal void Sync(DiskPath folder)
    {
        List<UnsyncedName> kept = [];
        List<UnsyncedName> durable = [];
        for (int i = _unsynced.Count - 1; i >= 0; i--)
        {
            UnsyncedName change = _unsynced[i];
            bool isDurable = change.Folder == folder || durable.Exists(change.Touches);
            (isDurable ? durable : kept).Add(change);
        }

        for (int i = durable.Count - 1; i >= 0; i--)
            durable[i].ApplyTo(_durableFiles, _durableFolders);
        kept.Reverse();
        _unsynced = kept;
    }

    /// <summary>The names that are found when the power is back. These stay as they are.</summary>
    internal SimulatedNames AfterPowerLoss(SeededChoice choice, Func<DiskPath, SimulatedFile, SimulatedFile> surviving)
    {
        Dictionary<DiskPath, SimulatedFile> files = new(_durableFiles);
        HashSet<DiskPath> folders = [.. _durableFolders];
        foreach (UnsyncedName change in ChooseSurvivors(choice))
            change.ApplyTo(files, folders);

        folders.RemoveWhere(folder => !IsReachable(folder, folders));
        Dictionary<DiskPath, SimulatedFile> found = [];
        foreach ((DiskPath path, SimulatedFile file) in files.Where(named => folders.Contains(named.Key.Folder)))
            found.Add(path, surviving(path, file));
        return new SimulatedNames(found, folders);
    }

    private IEnumerable<UnsyncedName> ChooseSurvivors(SeededChoice choice)
    {
        int[] percents = [0, 100, 50, 50, 80];
        int percent = percents[choice.Below(percents.Length)];
        List<UnsyncedName> lost = [];
        foreach (UnsyncedName change in _unsynced)
        {
            if (choice.Chance(percent) && !lost.Exists(change.Touches))
                yield return change;
            else
                lost.Add(change);
        }
    }

    private static bool IsReachable(DiskPath folder, HashSet<DiskPath> folders)
    {
        while (!folder.IsRoot)
        {
            if (!folders.Contains(folder))
                return false;
            folder = folder.Folder;
        }

        return true;
    }
}
