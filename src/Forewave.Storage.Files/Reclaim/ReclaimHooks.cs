using Forewave.Storage.Files.Checkpoints;

namespace Forewave.Storage.Files.Reclaim;

/// <summary>What recycling needs of the running log.</summary>
/// <param name="Checkpoints">Tells which of them are in force.</param>
/// <param name="IsDiskFull">Publishes are refused.</param>
/// <param name="MayGrow">Space may have become free.</param>
/// <param name="CheckpointHelps">Segments wait for a checkpoint to become free.</param>
/// <param name="Fail">Stops the store.</param>
internal sealed record ReclaimHooks(
    CheckpointRound Checkpoints,
    Func<bool> IsDiskFull,
    Action MayGrow,
    Action CheckpointHelps,
    Action<StoreException> Fail);
