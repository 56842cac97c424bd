using Forewave.Protocol;

namespace Forewave.Storage;

/// <summary>
/// The engine's side of the log: sees every committed group once, in order, after the group's owners were told. Called
/// on the store's commit thread: short, never blocking, never throwing.
/// </summary>
public interface ICommitObserver
{
    /// <summary>A group was committed.</summary>
    /// <param name="records">
    /// Its records that have to be dispatched (<see cref="RecordTypes.IsDispatched"/>), in log order; valid during the call
    /// only.
    /// </param>
    /// <param name="through">The new committed position.</param>
    void GroupCommitted(ReadOnlySpan<CommittedRecord> records, LogPosition through);

    /// <summary>The store stopped for good: nothing more will be committed. Called once.</summary>
    void Stopped(StoreException failure);

    /// <summary>
    /// A checkpoint is due: so much was written since the last one, or the disk is full and one makes room, though nothing may have
    /// been written. Then on the thread of <see cref="IStore.ReclaimAsync"/>.
    /// </summary>
    void CheckpointDue();
}
