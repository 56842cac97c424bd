using Forewave.Protocol;
using Forewave.Storage.Commits;
using Forewave.Storage.MySql.Indexes;
using Forewave.Storage.MySql.Log;

namespace Forewave.Storage.MySql.Checkpoints;

/// <summary>What a checkpoint needs of the running log.</summary>
/// <param name="Commits">Tells when the log is committed up to a position.</param>
/// <param name="Indexes">Written after the engine's parts.</param>
/// <param name="Pace">Counts the log from one checkpoint to the next.</param>
/// <param name="Replayable">A checkpoint holds: replay begins at this position.</param>
/// <param name="Guard">Keeps other epochs out while a half is emptied.</param>
/// <param name="Fail">Stops the store.</param>
internal sealed record CheckpointHooks(
    CommitWaiters Commits, MessageIndexes Indexes, CheckpointPace Pace, Action<LogPosition> Replayable, FenceGuard Guard, Action<StoreException> Fail);
