using Forewave.Protocol;
using Forewave.Storage.Files.Disk;

namespace Forewave.Storage.Files;

/// <summary>What a failure of the disk means for the store.</summary>
internal static class StoreFailures
{
    /// <summary>A write or sync of the log failed: the partition stops.</summary>
    public static StoreException OfLogWrite(Exception cause) => new(
        ErrorCode.PartitionStopped,
        $"The log could not be written, so the partition stopped: {cause.Message} What was not answered may be stored or not. Start the broker again when the disk is in order.",
        cause);

    /// <summary>MANIFEST, a segment or a checkpoint could not be written: the partition stops.</summary>
    public static StoreException OfUpkeep(Exception cause) => new(
        ErrorCode.PartitionStopped,
        $"The store's upkeep failed, so the partition stopped: {cause.Message} Start the broker again when the disk is in order.",
        cause);

    /// <summary>Somebody who was told of a commit threw: a bug, after which the engine's state cannot be trusted.</summary>
    public static StoreException OfListener(Exception bug) => new(
        ErrorCode.BrokerFault,
        $"The partition stopped because of a fault of the broker: {bug.GetType().Name} while a commit was answered. Report it with the log, and start the broker again.",
        bug);

    /// <summary>
    /// The disk refused for want of space, and everybody knows what is on it: nobody has to stop. A sync that failed is no
    /// such thing, whatever its error: what was to be synced may be lost, and a later sync would not tell.
    /// </summary>
    public static bool IsRefusal(this DiskException failure) =>
        failure.Kind == DiskErrorKind.DiskFull && failure.Operation is not (DiskOperationKind.Sync or DiskOperationKind.SyncFolder);

    /// <summary>The folder could not be opened.</summary>
    public static StoreException OfOpening(DiskException cause) => new(
        cause.Kind switch
        {
            DiskErrorKind.Locked => ErrorCode.FolderInUse,
            DiskErrorKind.DiskFull => ErrorCode.DiskFull,
            DiskErrorKind.NotFound => ErrorCode.LogDamaged,
            _ => ErrorCode.FolderUnusable,
        },
        $"The data folder could not be opened: {cause.Message}",
        cause);
}
