using Forewave.Protocol;
using Forewave.Storage;

namespace Forewave.Broker;

/// <summary>Appending and waiting for those who are not on the hot path.</summary>
internal static class StoreCalls
{
    /// <summary>Appends one record, waiting for room; returns its position.</summary>
    /// <exception cref="RefusedException">DiskFull, DatabaseUnreachable or PartitionStopped: nothing was appended.</exception>
    public static ValueTask<LogPosition> AppendAsync(this IStore store, RecordDraft draft, CancellationToken cancellation) =>
        store.AppendAsync([draft], cancellation);

    /// <summary>Appends records, all or none, waiting for room; returns the position of the first.</summary>
    /// <exception cref="RefusedException">DiskFull, DatabaseUnreachable or PartitionStopped: nothing was appended.</exception>
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
        if (outcome is not (AppendOutcome.Appended or AppendOutcome.NoRoom))
            throw new RefusedException(outcome.ErrorOf());
    }

    /// <summary>What a client is told whose records were refused.</summary>
    public static ErrorCode ErrorOf(this AppendOutcome outcome) => outcome switch
    {
        AppendOutcome.DiskFull => ErrorCode.DiskFull,
        AppendOutcome.Unreachable => ErrorCode.DatabaseUnreachable,
        _ => ErrorCode.PartitionStopped,
    };

    /// <summary>Whether work beside the log may be tried again later: the store does not do it now, and nothing is lost.</summary>
    public static bool MayPass(this StoreException failure) => failure.Error is ErrorCode.DiskFull or ErrorCode.DatabaseUnreachable;

    /// <summary>Completes when everything appended so far is committed.</summary>
    /// <exception cref="StoreException">The store stopped: the outcome is unknown.</exception>
    public static Task CommittedAsync(this IStore store)
    {
        var waiter = new CommitWaiter();
        return store.TryAwaitCommit(store.Tail, waiter, 0) ? waiter.Task : Task.CompletedTask;
    }
}
