using Forewave.Protocol;
using Forewave.Storage.Backups;
using Forewave.Storage.Files.Disk;

namespace Forewave.Storage.Files.Backups;

/// <summary>
/// The backups in a folder, for tools. One use at a time; every call blocks its thread while it reads or writes. Failures of the disks
/// come as <see cref="StoreException"/>.
/// </summary>
public sealed class FolderBackups
{
    private readonly IDisk _disk;
    private readonly TimeProvider _time;
    private long _bytes;

    /// <param name="folder">The backup folder; not disposed.</param>
    /// <param name="time">The clock.</param>
    public FolderBackups(IDisk folder, TimeProvider time)
    {
        _disk = folder;
        _time = time;
    }

    /// <summary>Bytes that the call that runs has moved so far. For any thread.</summary>
    public long Bytes => Volatile.Read(ref _bytes);

    /// <summary>All backups, the oldest first; also those that cannot be read, with the reason.</summary>
    public IReadOnlyList<BackupDescription> List()
    {
        BackupFolder folder = new(_disk);
        HashSet<string> seen = [];
        return [.. folder.List().Select(number => Describe(folder, number, seen))];
    }

    /// <summary>Backs up a data folder that no process has open.</summary>
    /// <exception cref="StoreException">FolderInUse, BackupRunning, BackupFolderUnusable, BackupFailed.</exception>
    public BackupProgress Take(IDisk data, CancellationToken cancellation)
    {
        try
        {
            using StoppedSource source = new(data);
            using BackupJob job = new(source, new BackupFolder(_disk), _time);
            foreach (int bytes in job.Run())
            {
                cancellation.ThrowIfCancellationRequested();
                Interlocked.Add(ref _bytes, bytes);
            }

            return job.Progress;
        }
        catch (DiskException failure)
        {
            throw BackupFailures.Of(failure);
        }
    }

    /// <summary>Reads every file of a backup, or of all of them; returns what is not as it was written.</summary>
    /// <exception cref="StoreException">BackupNotFound.</exception>
    public IReadOnlyList<BackupFault> Verify(uint? number, CancellationToken cancellation)
    {
        BackupFolder folder = new(_disk);
        List<BackupFault> faults = [];
        Dictionary<BackupFile, List<uint>> files = [];
        IReadOnlyList<uint> numbers = number is { } one ? [folder.List().Contains(one) ? one : folder.Read(one).Number] : folder.List();
        foreach (uint backup in numbers)
        {
            try
            {
                BackupManifest manifest = folder.Read(backup);
                if (manifest.FindHole() is { } hole)
                {
                    faults.Add(new BackupFault { Path = $"backups/{backup:D8}.backup", Problem = hole, Backups = [backup] });
                }

                foreach (BackupFile file in manifest.Files)
                {
                    (files.TryGetValue(file, out List<uint>? users) ? users : files[file] = []).Add(backup);
                }
            }
            catch (StoreException broken)
            {
                faults.Add(new BackupFault { Path = $"backups/{backup:D8}.backup", Problem = broken.Message, Backups = [backup] });
            }
        }

        foreach ((BackupFile file, List<uint> users) in files)
        {
            cancellation.ThrowIfCancellationRequested();
            if (FindDamage(file) is { } problem)
            {
                faults.Add(new BackupFault { Path = file.Path.Value, Problem = problem, Backups = users });
            }
        }

        return faults;
    }

    /// <summary>Makes a data folder of the backups. What is damaged is refused, and named.</summary>
    /// <param name="point">Up to where.</param>
    /// <param name="target">An empty folder.</param>
    /// <param name="above">The restored folder gets a higher epoch than this and than all that the backups know of.</param>
    /// <param name="cancellation">Ends it between two files.</param>
    /// <exception cref="StoreException">BackupNotFound, BackupDamaged, RestorePointInvalid, RestoreFolderNotEmpty.</exception>
    public RestoreReport Restore(RestorePoint point, IDisk target, Epoch above, CancellationToken cancellation)
    {
        try
        {
            BackupFolder folder = new(_disk);
            RestorePlan plan = RestorePlan.Of([.. Readable(folder, point.Backup)], point);
            RestoreJob.CheckEmpty(target);
            RestoreJob job = new(folder, target, plan);
            using ITimer progress = _time.CreateTimer(_ => Volatile.Write(ref _bytes, job.Bytes), null, TimeSpan.Zero, TimeSpan.FromMilliseconds(200));
            return job.Run(folder.TakeEpoch(above), cancellation);
        }
        catch (DiskException failure)
        {
            throw BackupFailures.OfRestore(failure);
        }
    }

    /// <summary>Removes all but the newest backups; one stays at least. Returns the numbers of those that were removed.</summary>
    /// <exception cref="StoreException">BackupRunning.</exception>
    public IReadOnlyList<uint> Prune(int keep)
    {
        try
        {
            using BackupFolder folder = new(_disk);
            folder.Lock();
            return folder.Prune(keep);
        }
        catch (DiskException failure)
        {
            throw BackupFailures.Of(failure);
        }
    }

    // One that cannot be read is left out, unless it is the one that is asked for.
    private static IEnumerable<BackupManifest> Readable(BackupFolder folder, uint? wanted)
    {
        foreach (uint number in folder.List())
        {
            BackupManifest? manifest = wanted == number ? folder.Read(number) : folder.FindWhole(number);
            if (manifest is null)
            {
                continue;
            }

            yield return manifest;
        }
    }

    private static BackupDescription Describe(BackupFolder folder, uint number, HashSet<string> seen)
    {
        try
        {
            BackupManifest manifest = folder.Read(number);
            BackupFile[] files = [.. manifest.Files];
            return new BackupDescription
            {
                Number = number,
                Begun = manifest.Begun,
                Ended = manifest.Ended,
                End = manifest.End,
                EndTime = manifest.EndTime,
                Partition = manifest.Origin.Partition,
                Epoch = manifest.Epoch,
                Files = files.Length,
                Bytes = files.Sum(file => file.LengthBytes),
                OwnBytes = files.Where(file => seen.Add(file.Path.Value)).Sum(file => file.LengthBytes),
                DamagedPositions = manifest.DamagedPositions,
            };
        }
        catch (StoreException broken)
        {
            return new BackupDescription { Number = number, Problem = broken.Message };
        }
    }

    private string? FindDamage(BackupFile copy)
    {
        if (!_disk.Exists(copy.Path))
        {
            return "it is missing";
        }

        using IDiskFile file = _disk.Open(copy.Path, DiskOpen.ReadOnly);
        if (file.Length != copy.LengthBytes)
        {
            return $"it has {file.Length} bytes, {copy.LengthBytes} were written";
        }

        try
        {
            byte[] piece = new byte[1024 * 1024];
            uint crc = 0;
            long at = 0;
            for (int read = file.Read(0, piece); read > 0; read = file.Read(at, piece))
            {
                crc = Checksum.Continue(crc, piece.AsSpan(0, read));
                at += read;
                Interlocked.Add(ref _bytes, read);
            }

            return crc == copy.Crc ? null : "its bytes are not those that were written";
        }
        catch (DiskException failure)
        {
            return failure.Message;
        }
    }
}
