namespace Forewave.Storage.Backups;

/// <summary>
/// Backups that a store takes of itself while it runs, one at a time. Thread-safe. A backup that fails or is cancelled leaves the ones
/// before it as they were, and costs the store nothing but the disk's time.
/// </summary>
public interface IBackups
{
    /// <summary>The one that runs, or the last one that ran since the store was opened.</summary>
    BackupProgress Current { get; }

    /// <summary>Begins one and returns.</summary>
    /// <param name="bytesPerSecond">Bytes that it may read in a second; from 64 KiB.</param>
    /// <exception cref="StoreException">
    /// <c>BackupRunning</c>: one runs. <c>BackupOff</c>: no folder for backups was given. <c>BackupFolderUnusable</c>: it cannot be used.
    /// </exception>
    BackupProgress Begin(long bytesPerSecond);

    /// <summary>Ends the one that runs; false: none does.</summary>
    bool Cancel();
}
