using Forewave.Protocol;
using Forewave.Storage.Files.Disk;

namespace Forewave.Storage.Files.Manifests;

/// <summary>
/// Holds the folder's MANIFEST and replaces it atomically: new file, sync, rename, sync of the folder. Thread-safe; updates
/// follow one another. After a <see cref="DiskException"/> the file on disk is the old one or the new one, nobody knows
/// which: the store has to stop, unless it is a refusal (<see cref="StoreFailures.IsRefusal"/>: then it is the old one).
/// </summary>
internal sealed class ManifestStore
{
    private static readonly DiskPath Path = new("MANIFEST");
    private static readonly DiskPath NewPath = new("MANIFEST.new");

    private readonly Lock _lock = new();
    private readonly IDisk _disk;
    private Manifest? _current;

    public ManifestStore(IDisk disk) => _disk = disk;

    /// <summary>The manifest that is on disk.</summary>
    public Manifest Current => Volatile.Read(ref _current) ?? throw new InvalidOperationException("no manifest was read");

    /// <summary>Reads it; null in a new folder.</summary>
    /// <exception cref="StoreException">It is damaged or of a newer format.</exception>
    public Manifest? Read()
    {
        if (!_disk.Exists(Path))
        {
            return null;
        }

        using IDiskFile file = _disk.Open(Path, DiskOpen.ReadOnly);
        byte[] bytes = new byte[Math.Min(file.Length, Array.MaxLength)];
        int read = file.Read(0, bytes);
        _current = ManifestCodec.Decode(bytes.AsSpan(0, read));
        return _current;
    }

    /// <summary>Makes a changed manifest the one on disk. Costs two syncs.</summary>
    /// <param name="change">Gets the current one; called once, under the lock.</param>
    public Manifest Update(Func<Manifest, Manifest> change)
    {
        lock (_lock)
        {
            Manifest changed = change(Current);
            Write(changed);
            return changed;
        }
    }

    /// <summary>Makes the first one of a folder, or replaces whatever is there.</summary>
    public void Write(Manifest manifest)
    {
        lock (_lock)
        {
            if (_disk.Exists(NewPath))
            {
                _disk.Delete(NewPath);
            }

            using (IDiskFile file = _disk.Open(NewPath, DiskOpen.CreateNew))
            {
                file.Write(0, ManifestCodec.Encode(manifest));
                file.Sync();
            }

            _disk.Rename(NewPath, Path);
            _disk.SyncFolder(DiskPath.Root);
            Volatile.Write(ref _current, manifest);
        }
    }
}
