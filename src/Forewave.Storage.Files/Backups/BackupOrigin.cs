using Forewave.Protocol;

namespace Forewave.Storage.Files.Backups;

/// <summary>
/// Which data folder backups are of. A folder that was restored is another one: it goes on from where it was restored to, and numbers
/// its segments like the one before.
/// </summary>
/// <param name="Salt">Drawn when the folder was made.</param>
/// <param name="Partition">Its partition.</param>
/// <param name="SegmentBytes">Size of its segments.</param>
/// <param name="RestoredAt">The epoch that it was restored under; none: never.</param>
internal sealed record BackupOrigin(uint Salt, PartitionNumber Partition, int SegmentBytes, Epoch RestoredAt)
{
    /// <summary>That of a data folder.</summary>
    public static BackupOrigin Of(Manifests.Manifest manifest) =>
        new(manifest.NextGeneration.Salt.Value, manifest.Partition, manifest.SegmentBytes, manifest.RestoredAt);
}
