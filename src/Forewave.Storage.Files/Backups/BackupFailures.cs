using Forewave.Protocol;
using Forewave.Storage.Files.Disk;

namespace Forewave.Storage.Files.Backups;

/// <summary>What a failure of a disk means for a backup.</summary>
internal static class BackupFailures
{
    /// <summary>As a numbered error.</summary>
    public static StoreException Of(Exception failure) => failure switch
    {
        StoreException known => known,
        DiskException { Kind: DiskErrorKind.DiskFull } full => new StoreException(
            ErrorCode.BackupFailed, $"The backup folder's disk is full: '{full.Path}' could not be written. Make room there: what was copied is not copied again.", full),
        DiskException { Kind: DiskErrorKind.ReadOnly or DiskErrorKind.NotFound } refused => new StoreException(
            ErrorCode.BackupFolderUnusable, $"The backup could not be written or read: {refused.Message}", refused),
        _ => new StoreException(ErrorCode.BackupFailed, $"The backup did not come to its end: {failure.Message}", failure),
    };

    /// <summary>The same, of a restore.</summary>
    public static StoreException OfRestore(DiskException failure) => failure.Kind switch
    {
        DiskErrorKind.DiskFull => new StoreException(ErrorCode.DiskFull, $"The folder was not restored: {failure.Message} Empty it before the next try.", failure),
        _ => new StoreException(ErrorCode.FolderUnusable, $"The folder was not restored: {failure.Message} Empty it before the next try.", failure),
    };
}
