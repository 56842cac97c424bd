namespace Forewave.Storage.Files.Disk;

/// <summary>The names of a disk in memory. Not thread-safe: its disk holds a lock around every call.</summary>
internal sealed class FolderTree<TFile>
    where TFile : class
{
    private readonly Dictionary<DiskPath, TFile> _files = [];
    private readonly HashSet<DiskPath> _folders = [DiskPath.Root];

    internal FolderTree()
    {
    }

    internal FolderTree(IEnumerable<DiskPath> folders, IEnumerable<KeyValuePair<DiskPath, TFile>> files)
    {
        _folders.UnionWith(folders);
        foreach ((DiskPath path, TFile file) in files)
            _files.Add(path, file);
    }

    internal bool Exists(DiskPath path) => _files.ContainsKey(path) || _folders.Contains(path);

    internal TFile Get(DiskPath path, DiskOperationKind operation)
    {
        if (_files.TryGetValue(path, out TFile? file))
            return file;

        throw new DiskException(operation, path, _folders.Contains(path) ? Errno.IsFolder : Errno.NoEntry);
    }

    internal void Add(DiskPath path, TFile file)
    {
        if (Exists(path))
            throw new DiskException(DiskOperationKind.Create, path, Errno.Exists);

        CheckFolder(path.Folder, DiskOperationKind.Create, path);
        _files.Add(path, file);
    }

    internal TFile Remove(DiskPath path)
    {
        TFile file = Get(path, DiskOperationKind.Delete);
        _files.Remove(path);
        return file;
    }

    /// <summary>Returns the file that lost its name by this, if one did.</summary>
    internal TFile? Rename(DiskPath from, DiskPath to)
    {
        TFile file = Get(from, DiskOperationKind.Rename);
        CheckFolder(to.Folder, DiskOperationKind.Rename, from);
        if (_folders.Contains(to))
            throw new DiskException(DiskOperationKind.Rename, from, Errno.IsFolder);
        if (from == to)
            return null;

        _files.Remove(from);
        _files.Remove(to, out TFile? replaced);
        _files.Add(to, file);
        return replaced;
    }

    /// <summary>Returns false when the folder is there already.</summary>
    internal bool AddFolder(DiskPath path)
    {
        if (_files.ContainsKey(path))
            throw new DiskException(DiskOperationKind.CreateFolder, path, Errno.Exists);

        CheckFolder(path.Folder, DiskOperationKind.CreateFolder, path);
        return _folders.Add(path);
    }

    internal IReadOnlyList<DiskPath> List(DiskPath folder)
    {
        CheckFolder(folder, DiskOperationKind.List, folder);
        List<DiskPath> files = [.. _files.Keys.Where(path => path.Folder == folder)];
        files.Sort();
        return files;
    }

    internal void CheckFolder(DiskPath folder, DiskOperationKind operation, DiskPath named)
    {
        if (!_folders.Contains(folder))
            throw new DiskException(operation, named, _files.ContainsKey(folder) ? Errno.NotFolder : Errno.NoEntry);
    }
}
