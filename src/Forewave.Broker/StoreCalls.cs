using Forewave.Protocol;
using Forewave.Storage;

namespace Forewave.Broker;

/// <summary>Appending and waiting for those who are not on the hot path.</summary>
internal static class StoreCalls
{
    /// <summary>Appends one record, waiting for room; returns its position.</summary>
    /// <exception cref="RefusedException">DiskFull or PartitionStopped: nothing was appended.</exception>
    public static ValueTask<LogPosition> AppendAsync(this IStore store, RecordDraft draft, CancellationToken cancellation) =>
        store.AppendAsync([draft], cancellation);

    /// <summary>Appends records, all or none, waiting for room; returns the position of the first.</summary>
    /// <exception cref="RefusedException">DiskFull or PartitionStopped: nothing was appended.</exception>
    public static async ValueTask<LogPosition> AppendAsync(this IStore store, RecordDraft[] drafts, CancellationToken cancellation)
    {
        while (true)
        {
            var outcome = store.TryAppend(drafts, out var position);
            if (outcome == AppendOutcome.Appended)
                return position;
            outcome.ThrowIfRefused();
            await store.WaitForRoomAsync(cancellation);
        }
    }

    /// <summary>Throws for what no waiting helps against.</summary>
    public static void ThrowIfRefused(this AppendOutcome outcome)
    {
        if (outcome == AppendOutcome.DiskFull)
            throw new RefusedException(ErrorCode.DiskFull);
        if (outcome == AppendOutcome.Stopped)
            throw new RefusedException(ErrorCode.PartitionStopped);
    }

    /// <summary>Completes when everything appended so far is committed.</summary>
    /// <exception cref="StoreException">The store stopped: the outcome is unknown.</exception>
    public static Task CommittedAsync(this IStore store)
    {
        var waiter = new CommitWaiter();
        return store.TryAwaitCommit(store.Tail, waiter, 0) ? waiter.Task : Task.CompletedTask;
    }
}
