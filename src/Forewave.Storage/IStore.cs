using Forewave.Protocol;
using Forewave.Storage.Backups;

namespace Forewave.Storage;

/// <summary>
/// The log with its queue index and its checkpoints: everything the engine asks of a store. One conformance suite holds
/// for all of them. docs/decisions/ has the same operations as SQL.
/// <para>
/// Life: <see cref="RecoverAsync"/> once, then <see cref="Start"/>, then the rest, then disposal. Appending, waiting and
/// reading are thread-safe; dispatching and expiring a queue is for its owner loop alone.
/// </para>
/// </summary>
public interface IStore : IAsyncDisposable
{
    /// <summary>The partition whose log this is.</summary>
    PartitionNumber Partition { get; }

    /// <summary>The epoch of this opening; known after recovery.</summary>
    Epoch Epoch { get; }

    /// <summary>Position of the last record appended.</summary>
    LogPosition Tail { get; }

    /// <summary>Durable up to here.</summary>
    LogPosition Committed { get; }

    /// <summary>What is true of everything up to <see cref="Committed"/>: how many have it on stable storage. For any thread.</summary>
    Durability CommitDurability => Durability.Synced;

    /// <summary>
    /// Reads the last checkpoint and the log after it into <paramref name="fold"/>, makes what it read durable again
    /// under a new epoch, and returns when that is committed.
    /// </summary>
    /// <exception cref="StoreException">What is on disk cannot be used; the message says what to do.</exception>
    ValueTask<RecoveryReport> RecoverAsync(IStateFold fold, CancellationToken cancellation);

    /// <summary>Opens the store for appends.</summary>
    void Start(ICommitObserver observer);

    /// <summary>
    /// Puts records into the next group, all or none, under consecutive positions in the given order. Thread-safe, does
    /// not block, costs one copy of the payloads. Calls from one thread keep their order. Lazy records
    /// (<see cref="RecordDraft.IsLazy"/>) ask for no group of their own: they are written with the next one, when somebody
    /// waits for their position, when 64 KiB of them have gathered, after 5 ms, and before the store ends.
    /// </summary>
    /// <param name="records">At least one; all of them together at most <see cref="MaxAppendBytes"/>.</param>
    /// <param name="first">Position of the first record.</param>
    AppendOutcome TryAppend(ReadOnlySpan<RecordDraft> records, out LogPosition first);

    /// <summary>Greatest sum of payloads plus 64 bytes a record that one append may have.</summary>
    int MaxAppendBytes { get; }

    /// <summary>Completes when an append that found no room is worth another try (or the store has stopped).</summary>
    ValueTask WaitForRoomAsync(CancellationToken cancellation);

    /// <summary>
    /// Tells <paramref name="owner"/> when everything up to <paramref name="position"/> is committed. False: it is
    /// already, and the owner is not called.
    /// </summary>
    bool TryAwaitCommit(LogPosition position, ICommitOwner owner, long token);

    /// <summary>
    /// Gives the messages of a committed record their offsets in a queue's index. For the queue's owner loop alone, in
    /// offset order without gaps; what is known already (offset below the index's end) is not given again.
    /// </summary>
    void Dispatch(uint queue, Offset first, in CommittedRecord record);

    /// <summary>
    /// Dispatches records one after the other, each to its place. A store may look the indexes of several up before it writes to
    /// them: with a message to each of thousands of queues, waiting for memory is most of the work.
    /// </summary>
    /// <param name="records">For queues of the same owner loop.</param>
    /// <param name="places">One for each.</param>
    void Dispatch(ReadOnlySpan<CommittedRecord> records, ReadOnlySpan<IndexPlace> places)
    {
        for (int i = 0; i < records.Length; i++)
        {
            Dispatch(places[i].Index, places[i].First, records[i]);
        }
    }

    /// <summary>
    /// Reads the run that begins at an offset, from memory alone. For the queue's owner loop. False: read it with
    /// <see cref="ReadAsync"/> (or the offset is beyond the end).
    /// </summary>
    bool TryReadRecent(uint queue, Offset offset, out StoredRun run);

    /// <summary>
    /// Reads runs from an offset on, until <paramref name="maxBytes"/> are exceeded (at least one run) or the queue's
    /// dispatched end. Never on the caller's thread when it needs the disk. Runs of which the bytes rotted come back
    /// with <see cref="StoredRun.Damaged"/>.
    /// </summary>
    ValueTask<StoredRuns> ReadAsync(uint queue, Offset offset, int maxBytes, CancellationToken cancellation);

    /// <summary>
    /// Reads windows of a queue, in the order of their offsets, as <see cref="ReadAsync"/>
    /// reads one: as many as are as cheap as the first one, of which at least one run is read. No run comes twice; some may come that are in none.
    /// </summary>
    ValueTask<StoredRuns> ReadWindowsAsync(uint queue, ReadOnlyMemory<ReadWindow> windows, CancellationToken cancellation) =>
        ReadAsync(queue, windows.Span[0].First, windows.Span[0].MaxBytes, cancellation);

    /// <summary>The first offset whose publish time is not before a time; the queue's end when there is none.</summary>
    ValueTask<Offset> FindByTimeAsync(uint queue, Timestamp time, CancellationToken cancellation);

    /// <summary>
    /// The message published at a position, with its header, wherever it was carried over or released to; null when it is not in
    /// the log any more. Its offset is that in the queue that the header names, <see cref="Offset.BeforeFirst"/> where no index
    /// leads to it: a message that is scheduled (the header says so), not dispatched yet, or expired. Of a released message the
    /// header is that of its release. Never on the caller's thread. Costs a search in memory and a few reads, not a scan of the log.
    /// </summary>
    ValueTask<StoredRuns?> ReadMessageAsync(LogPosition position, CancellationToken cancellation);

    /// <summary>Bounds and size of a queue's index. For any thread.</summary>
    QueueExtent Extent(uint queue);

    /// <summary>Everything of a queue before an offset is no longer needed; a queue's end plus one frees it whole.</summary>
    void Expire(uint queue, Offset firstRetained);

    /// <summary>
    /// Takes a checkpoint: asks <paramref name="source"/> for every part of the state and makes them durable together.
    /// One at a time.
    /// </summary>
    ValueTask CheckpointAsync(IStateSource source, CancellationToken cancellation);

    /// <summary>One round of recycling and carry-over; the engine's retention loop calls it.</summary>
    ValueTask<ReclaimReport> ReclaimAsync(CancellationToken cancellation);

    /// <summary>Pages that the engine keeps beside the log; usable from recovery on.</summary>
    ISlices Slices { get; }

    /// <summary>
    /// Leases of this epoch and of earlier ones do not count: the store was restored from a backup under it, and what they were given for
    /// may be another message than the one that is there. None: it never was. Known after recovery.
    /// </summary>
    Epoch RestoredAt => Epoch.None;

    /// <summary>Backups that the store takes of itself; null where others do. Usable once it was started.</summary>
    IBackups? Backups => null;

    /// <summary>Sizes and counts for metrics and operators. For any thread.</summary>
    StoreUsage Usage { get; }
}
