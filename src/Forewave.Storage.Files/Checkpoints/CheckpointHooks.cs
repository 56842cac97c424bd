using Forewave.Storage.Files.GroupCommit;

namespace Forewave.Storage.Files.Checkpoints;

/// <summary>What a checkpoint needs of the running log.</summary>
/// <param name="Commits">Tells when the log is committed up to a position.</param>
/// <param name="Listener">Counts the log from one checkpoint to the next.</param>
/// <param name="Fail">Stops the store.</param>
internal sealed record CheckpointHooks(CommitWaiters Commits, CommitListener Listener, Action<StoreException> Fail);
