using System.Globalization;
using Forewave.Protocol;
using Forewave.Storage.Files.Disk;
using Forewave.Storage.Files.Recovery;

namespace Forewave.Storage.Files.Backups;

/// <summary>
/// A folder with backups of one data folder. A file gets its name when all of it is on stable storage; a backup counts from the moment
/// its manifest has its name. Copies are shared by the backups that need them. For one thread; <see cref="Lock"/> keeps other
/// processes from writing.
/// <code>
/// LOCK                                  held by who takes or removes backups
/// backups/{8 digits}.backup             manifests
/// checkpoints/{8 digits}.checkpoint     one for each backup
/// segments/{8 hex}-{8 hex}-{8 hex}.segment       number, generation, first byte: whole, shared
/// segments/{8 hex}-{8 hex}-{8 hex}-{8 digits}.tail  of one backup: of the segment that was written then, or could not be read whole
/// slices/{16 hex}-{8 hex}.slice         number, CRC: shared
/// restores/{8 digits}                   the epoch that a restored folder got
/// *.part                                being written; removed by the next backup
/// </code>
/// </summary>
internal sealed class BackupFolder : IDisposable
{
    private const string PartSuffix = ".part";
    private const string ManifestSuffix = ".backup";

    private static readonly DiskPath LockFile = new("LOCK");

    // A data folder has folders with the same names: its log would be taken for copies that nobody needs.
    private static readonly DiskPath DataManifest = new("MANIFEST");
    private static readonly DiskPath DataIndex = StoreFolder.Index;
    private static readonly DiskPath Manifests = new("backups");
    private static readonly DiskPath Checkpoints = new("checkpoints");
    private static readonly DiskPath Slices = new("slices");
    private static readonly DiskPath Restores = new("restores");
    private static readonly DiskPath[] Folders = [Manifests, Checkpoints, new("segments"), Slices, Restores];

    private readonly IDisk _disk;
    private IDisposable? _lock;

    /// <param name="disk">The folder; not disposed.</param>
    public BackupFolder(IDisk disk) => _disk = disk;

    /// <summary>The folder of the copies of segments.</summary>
    public static DiskPath Segments { get; } = new("segments");

    /// <summary>The disk.</summary>
    public IDisk Disk => _disk;

    /// <summary>The numbers of the backups that are there, rising.</summary>
    public IReadOnlyList<uint> List() => NumbersIn(Manifests, ManifestSuffix);

    /// <summary>Takes the lock for writing and makes the folders that are missing.</summary>
    /// <exception cref="StoreException">BackupRunning: somebody else has it. BackupFolderUnusable: it is a data folder; nothing in it was touched.</exception>
    public void Lock()
    {
        if (_disk.Exists(DataManifest) || _disk.Exists(DataIndex))
        {
            throw new StoreException(ErrorCode.BackupFolderUnusable, "This is a broker's data folder, not a folder of backups. Nothing in it was touched.");
        }

        try
        {
            _lock = _disk.LockExclusive(LockFile);
        }
        catch (DiskException failure) when (failure.Kind == DiskErrorKind.Locked)
        {
            throw new StoreException(
                ErrorCode.BackupRunning, $"The backup folder is in use by {(failure.HolderProcessId is { } id ? $"process {id}" : "another process")}: wait until its backup has ended.", failure);
        }

        foreach (DiskPath folder in Folders)
        {
            _disk.CreateFolder(folder);
        }

        _disk.SyncFolder(DiskPath.Root);
    }

    /// <summary>Reads a manifest.</summary>
    /// <exception cref="StoreException">BackupNotFound, BackupDamaged or FormatTooNew.</exception>
    public BackupManifest Read(uint number)
    {
        DiskPath path = ManifestPath(number);
        if (!_disk.Exists(path))
        {
            throw new StoreException(ErrorCode.BackupNotFound, $"There is no backup {number} in the folder. List them with forewave backup list.");
        }

        using IDiskFile file = _disk.Open(path, DiskOpen.ReadOnly);
        byte[] bytes = new byte[file.Length];
        int read = file.Read(0, bytes);
        return BackupManifestCodec.Decode(bytes.AsMemory(0, read), path);
    }

    /// <summary>Reads a manifest; null: it is damaged.</summary>
    /// <exception cref="StoreException">FormatTooNew.</exception>
    public BackupManifest? FindWhole(uint number)
    {
        try
        {
            return Read(number);
        }
        catch (StoreException broken) when (broken.Error == ErrorCode.BackupDamaged)
        {
            return null;
        }
    }

    /// <summary>Whether a copy is there, in its length; its bytes are not looked at.</summary>
    public bool Has(BackupFile copy)
    {
        if (!_disk.Exists(copy.Path))
        {
            return false;
        }

        using IDiskFile file = _disk.Open(copy.Path, DiskOpen.ReadOnly);
        return file.Length == copy.LengthBytes;
    }

    /// <summary>Makes a backup count. All of its files have their names.</summary>
    public void Publish(BackupManifest manifest)
    {
        foreach (DiskPath folder in Folders)
        {
            _disk.SyncFolder(folder);
        }

        using (BackupWriter writer = new(_disk, ManifestPath(manifest.Number)))
        {
            writer.Write(BackupManifestCodec.Encode(manifest));
            writer.Finish();
        }

        _disk.SyncFolder(Manifests);
    }

    /// <summary>Where the copy of a backup's checkpoint is.</summary>
    public static DiskPath CheckpointPath(uint backup) => Checkpoints / string.Create(CultureInfo.InvariantCulture, $"{backup:D8}.checkpoint");

    /// <summary>Where the copy of a slice is.</summary>
    public static DiskPath SlicePath(DiskPath slice, uint crc) =>
        Slices / string.Create(CultureInfo.InvariantCulture, $"{slice.Name[..^Path.GetExtension(slice.Name).Length]}-{crc:x8}.slice");

    /// <summary>Deletes what was being written when somebody was cut off.</summary>
    public void RemoveParts()
    {
        foreach (DiskPath folder in Folders)
        {
            foreach (DiskPath path in _disk.List(folder).Where(path => path.Name.EndsWith(PartSuffix, StringComparison.Ordinal)))
            {
                _disk.Delete(path);
            }
        }
    }

    /// <summary>Removes the oldest backups, those first, then every copy that no other needs. At least one stays.</summary>
    /// <returns>The numbers of those that were removed.</returns>
    public IReadOnlyList<uint> Prune(int keep)
    {
        IReadOnlyList<uint> all = List();
        if (all.Count == 0)
        {
            // Where no manifest is, one was lost, and its copies may be all that is left.
            return [];
        }

        uint[] removed = [.. all.Take(Math.Max(all.Count - Math.Max(keep, 1), 0))];
        BackupManifest[] kept = [.. all.Skip(removed.Length).Select(Read)];
        foreach (uint number in removed)
        {
            _disk.Delete(ManifestPath(number));
        }

        // Before any copy goes: a manifest that came back after a loss of power would name copies that are gone.
        _disk.SyncFolder(Manifests);
        HashSet<DiskPath> needed = [.. kept.SelectMany(manifest => manifest.Files).Select(file => file.Path)];
        foreach (DiskPath folder in new[] { Checkpoints, Segments, Slices })
        {
            foreach (DiskPath path in _disk.List(folder).Where(path => !needed.Contains(path)))
            {
                _disk.Delete(path);
            }
        }

        return removed;
    }

    /// <summary>
    /// An epoch above all that the backups and earlier restores know of, by <see cref="EpochsForTheOriginal"/>; durable as taken when it
    /// returns, so that no other restored folder gets it.
    /// </summary>
    /// <exception cref="StoreException">No epoch is left.</exception>
    public Epoch TakeEpoch(Epoch above)
    {
        // One that cannot be read was taken a few openings from the others: they are enough.
        IEnumerable<uint> known = List().Select(FindWhole).OfType<BackupManifest>().SelectMany(manifest => new[] { manifest.Epoch.Value, manifest.Origin.RestoredAt.Value });
        uint highest = known.Concat(NumbersIn(Restores, "")).Append(above.Value).Max();
        if (highest + EpochsForTheOriginal > Epoch.Max.Value - EpochsForTheOriginal)
        {
            throw new StoreException(ErrorCode.RestorePointInvalid, $"After epoch {highest} too few are left for a restored folder: move the messages to a new data folder.");
        }

        uint taken = highest + EpochsForTheOriginal;
        _disk.CreateFolder(Restores);
        using (IDiskFile file = _disk.Open(Restores / string.Create(CultureInfo.InvariantCulture, $"{taken:D8}"), DiskOpen.CreateNew))
        {
            file.Sync();
        }

        _disk.SyncFolder(Restores);
        return new Epoch(taken);
    }

    /// <summary>How often the data folder may have been opened since its last backup: a restored one begins that many epochs later.</summary>
    public const uint EpochsForTheOriginal = 1_024;

    public void Dispose()
    {
        _lock?.Dispose();
        _lock = null;
    }

    private static DiskPath ManifestPath(uint number) => Manifests / string.Create(CultureInfo.InvariantCulture, $"{number:D8}{ManifestSuffix}");

    private List<uint> NumbersIn(DiskPath folder, string suffix)
    {
        List<uint> numbers = [];
        if (!_disk.Exists(folder))
        {
            return numbers;
        }

        foreach (DiskPath path in _disk.List(folder))
        {
            bool isOne = path.Name.EndsWith(suffix, StringComparison.Ordinal)
                & uint.TryParse(path.Name.AsSpan(0, Math.Max(path.Name.Length - suffix.Length, 0)), NumberStyles.None, CultureInfo.InvariantCulture, out uint number);
            if (isOne)
            {
                numbers.Add(number);
            }
        }

        numbers.Sort();
        return numbers;
    }
}
