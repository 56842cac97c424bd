using Forewave.Protocol;
using Forewave.Storage;

namespace Forewave.Broker.Scheduling;

/// <summary>Messages on their way out together: notes when they were due, and counts them when they are committed.</summary>
internal sealed class ReleasedBatch(CommitIntake intake, SchedulerMetrics metrics, Timestamp[] due) : ICommitOwner
{
    /// <inheritdoc/>
    public void Committed(LogPosition first, long token)
    {
        metrics.Released(due);
        // Their lanes may give their bytes back.
        intake.Ring();
    }

    /// <inheritdoc/>
    public void Lost(StoreException failure, long token)
    {
        // They are pending still: the next opening finds out whether they are out.
    }
}
