using Forewave.Protocol;
using Forewave.Storage;
using Forewave.Storage.Backups;
using Forewave.Storage.Files.Backups;
using Forewave.Storage.Files.Disk;

namespace Forewave.Server.Backups;

/// <summary>
/// Backups of data folders without a broker: what the command line does. Each call runs on a thread of the pool, since it blocks.
/// </summary>
internal sealed class BackupDesk
{
    private readonly FolderBackups _backups;

    private BackupDesk(FolderBackups backups) => _backups = backups;

    /// <summary>Bytes that the call that runs has moved. For any thread.</summary>
    public long Bytes => _backups.Bytes;

    /// <summary>Opens a backup folder.</summary>
    /// <param name="folder">Its path.</param>
    /// <param name="isMade">Its last name is created if missing.</param>
    /// <exception cref="ForewaveException">BackupFolderUnusable.</exception>
    public static BackupDesk Open(string folder, bool isMade)
    {
        if (!isMade && !Directory.Exists(folder))
            throw new ForewaveException(ErrorCode.BackupFolderUnusable, $"There is no folder '{folder}'.");
        try
        {
            return new BackupDesk(new FolderBackups(PosixDisk.OpenFolder(folder), TimeProvider.System));
        }
        catch (DiskException failure)
        {
            throw new ForewaveException(ErrorCode.BackupFolderUnusable, failure.Message, failure);
        }
    }

    /// <summary>All backups.</summary>
    public Task<IReadOnlyList<BackupDescription>> ListAsync() => RunAsync(_backups.List);

    /// <summary>Backs up a data folder that no broker has open.</summary>
    public Task<BackupProgress> TakeAsync(string dataFolder, CancellationToken cancellation) => RunAsync(() =>
    {
        if (!Directory.Exists(dataFolder))
            throw new ForewaveException(ErrorCode.FolderUnusable, $"There is no folder '{dataFolder}'.");
        return _backups.Take(PosixDisk.OpenFolder(dataFolder), cancellation);
    });

    /// <summary>What is not as it was written, of one backup or of all.</summary>
    public Task<IReadOnlyList<BackupFault>> VerifyAsync(uint? number, CancellationToken cancellation) => RunAsync(() => _backups.Verify(number, cancellation));

    /// <summary>Removes the oldest.</summary>
    public Task<IReadOnlyList<uint>> PruneAsync(int keep) => RunAsync(() => _backups.Prune(keep));

    /// <summary>Makes a data folder of them.</summary>
    public Task<RestoreReport> RestoreAsync(RestorePoint point, string target, Epoch above, CancellationToken cancellation) => RunAsync(() =>
    {
        // A new file system has a folder of its own already.
        if (Directory.Exists(target) && Directory.EnumerateFileSystemEntries(target).Any(entry => Path.GetFileName(entry) != "lost+found"))
            throw new ForewaveException(ErrorCode.RestoreFolderNotEmpty, $"'{target}' is not empty. Give an empty folder, or a path that does not exist.");
        return _backups.Restore(point, PosixDisk.OpenFolder(target), above, cancellation);
    });

    private static async Task<T> RunAsync<T>(Func<T> work)
    {
        try
        {
            return await Task.Run(work);
        }
        catch (StoreException failure)
        {
            throw new ForewaveException(failure.Error, failure.Message, failure);
        }
        catch (DiskException failure)
        {
            throw new ForewaveException(ErrorCode.FolderUnusable, failure.Message, failure);
        }
    }
}
