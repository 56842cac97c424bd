using Forewave.Protocol;
using Forewave.Storage.Files.Checkpoints;
using Forewave.Storage.Files.Disk;
using Forewave.Storage.Files.Manifests;

namespace Forewave.Storage.Files.Recovery;

/// <summary>The checkpoint that an opening begins with.</summary>
/// <param name="Manifest">MANIFEST, as if this one were the last.</param>
/// <param name="Damage">What is wrong with the last one; null when it is used itself.</param>
internal sealed record CheckpointChoice(Manifest Manifest, string? Damage)
{
    /// <summary>
    /// The last one when all of it can be read, else the one before it. Costs reading it once more: nothing of a damaged one may
    /// reach the engine.
    /// </summary>
    /// <exception cref="StoreException">Neither can be read.</exception>
    public static CheckpointChoice Of(IDisk disk, Manifest manifest)
    {
        ulong last = manifest.Checkpoint;
        string? damage = last == 0 ? null : CheckpointReader.FindDamage(disk, StoreFolder.CheckpointPath(last));
        if (damage is null)
        {
            return new CheckpointChoice(manifest, null);
        }

        DiskPath before = StoreFolder.CheckpointPath(last - 1);
        string? other = CheckpointReader.FindDamage(disk, before);
        if (other is not null || FindReplay(disk, before) is not { } replay)
        {
            throw new StoreException(
                ErrorCode.LogDamaged,
                $"{damage} The one before it cannot be used either: {other ?? "it does not say where replay begins."} Restore the data folder from a backup.");
        }

        Manifest used = manifest with { Checkpoint = last - 1, ReplayFrom = replay.Place, ReplayPosition = replay.Position };
        return new CheckpointChoice(used, damage);
    }

    private static ReplayStart? FindReplay(IDisk disk, DiskPath path)
    {
        ReplayStart? found = null;
        CheckpointReader.Read(disk, path, (in StatePart part, ReadOnlySpan<byte> state) =>
        {
            if (part.Kind == StateKind.StoreReplay)
            {
                found = ReplayStart.Read(part, state);
            }
        });
        return found;
    }
}
