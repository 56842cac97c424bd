namespace Forewave.Storage.Files.Reclaim;

/// <summary>What recycling needs of the running log.</summary>
/// <param name="BegunCheckpoints">How many checkpoints have begun.</param>
/// <param name="DurableCheckpoints">The number of the last one that is durable, counted as they began.</param>
/// <param name="MayGrow">Space may have become free.</param>
/// <param name="CheckpointHelps">Segments wait for a checkpoint to become free.</param>
/// <param name="Fail">Stops the store.</param>
internal sealed record ReclaimHooks(
    Func<long> BegunCheckpoints,
    Func<long> DurableCheckpoints,
    Action MayGrow,
    Action CheckpointHelps,
    Action<StoreException> Fail);
