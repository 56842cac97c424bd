using Forewave.Protocol;
using Forewave.Storage;

namespace Forewave.Broker.Tests.Delivery;

/// <summary>A store that now and then has no room for an append, and has some again as soon as somebody waits for it.</summary>
/// <param name="store">The store behind it.</param>
/// <param name="refuses">Whether a record of a type finds no room; asked by one thread at a time.</param>
internal sealed class NarrowStore(IStore store, Func<RecordType, bool> refuses) : IStore
{
    private readonly Lock _gate = new();

    /// <summary>Told of each record of leases: whether somebody waits for its commit.</summary>
    public Action<bool> Leased { get; init; } = static _ => { };

    /// <summary>Told of each index of which something is given up.</summary>
    public Action<uint> Expired { get; init; } = static _ => { };

    /// <summary>Who waits for room goes on within the call.</summary>
    public bool HasRoomAtOnce { get; init; }

    public PartitionNumber Partition => store.Partition;

    public Epoch Epoch => store.Epoch;

    public LogPosition Tail => store.Tail;

    public LogPosition Committed => store.Committed;

    public int MaxAppendBytes => store.MaxAppendBytes;

    public StoreUsage Usage => store.Usage;

    public ISlices Slices => store.Slices;

    public AppendOutcome TryAppend(ReadOnlySpan<RecordDraft> records, out LogPosition first)
    {
        lock (_gate)
        {
            if (refuses(records[0].Type))
            {
                first = LogPosition.None;
                return AppendOutcome.NoRoom;
            }
        }
        if (records[0].Type == RecordType.Leased)
            Leased(records[0].Owner is not null);
        return store.TryAppend(records, out first);
    }

    public async ValueTask WaitForRoomAsync(CancellationToken cancellation)
    {
        if (!HasRoomAtOnce)
            await Task.Yield();
    }

    public ValueTask<RecoveryReport> RecoverAsync(IStateFold fold, CancellationToken cancellation) => store.RecoverAsync(fold, cancellation);

    public void Start(ICommitObserver observer) => store.Start(observer);

    public bool TryAwaitCommit(LogPosition position, ICommitOwner owner, long token) => store.TryAwaitCommit(position, owner, token);

    public void Dispatch(uint queue, Offset first, in CommittedRecord record) => store.Dispatch(queue, first, record);

    public bool TryReadRecent(uint queue, Offset offset, out StoredRun run) => store.TryReadRecent(queue, offset, out run);

    public ValueTask<StoredRuns> ReadAsync(uint queue, Offset offset, int maxBytes, CancellationToken cancellation) =>
        store.ReadAsync(queue, offset, maxBytes, cancellation);

    public ValueTask<Offset> FindByTimeAsync(uint queue, Timestamp time, CancellationToken cancellation) =>
        store.FindByTimeAsync(queue, time, cancellation);

    public ValueTask<StoredRuns?> ReadMessageAsync(LogPosition position, CancellationToken cancellation) =>
        store.ReadMessageAsync(position, cancellation);

    public QueueExtent Extent(uint queue) => store.Extent(queue);

    public void Expire(uint queue, Offset firstRetained)
    {
        Expired(queue);
        store.Expire(queue, firstRetained);
    }

    public ValueTask CheckpointAsync(IStateSource source, CancellationToken cancellation) => store.CheckpointAsync(source, cancellation);

    public ValueTask<ReclaimReport> ReclaimAsync(CancellationToken cancellation) => store.ReclaimAsync(cancellation);

    public ValueTask DisposeAsync() => store.DisposeAsync();
}
