using Forewave.Protocol;
using Forewave.Storage.Commits;
using Forewave.Storage.Files.GroupCommit;

namespace Forewave.Storage.Files.Checkpoints;

/// <summary>What a checkpoint needs of the running log.</summary>
/// <param name="Commits">Tells when the log is committed up to a position.</param>
/// <param name="Listener">Counts the log from one checkpoint to the next.</param>
/// <param name="Held">
/// From here on the log may hold what the index does not know yet, and with it the segments' summaries: replay begins no later.
/// Null: nothing.
/// </param>
/// <param name="Fail">Stops the store.</param>
internal sealed record CheckpointHooks(CommitWaiters Commits, CommitListener Listener, Func<LogPosition?> Held, Action<StoreException> Fail);
