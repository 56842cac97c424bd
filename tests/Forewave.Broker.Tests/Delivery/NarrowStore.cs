using Forewave.Protocol;
using Forewave.Storage;

namespace Forewave.Broker.Tests.Delivery;

/// <summary>A store that now and then has no room for an append, and has some again as soon as somebody waits for it.</summary>
/// <param name="store">The store behind it.</param>
/// <param name="refuses">Whether a record of a type finds no room; asked by one thread at a time.</param>
internal sealed class NarrowStore(IStore store, Func<RecordType, bool> refuses) : IStore
{
    private readonly Lock _gate = new();
    private readonly Queue<Action> _heldBack = new();
    private bool _holdsLeases;

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
        if (records[0].Type != RecordType.Leased)
            return store.TryAppend(records, out first);
        Leased(records[0].Owner is not null);
        var held = records.ToArray();
        if (held[0].Owner is { } owner)
            held[0] = held[0] with { Owner = new LateOwner(this, owner) };
        return store.TryAppend(held, out first);
    }

    /// <summary>From now on nobody is told that a record of leases is committed.</summary>
    public void HoldLeases()
    {
        lock (_gate)
            _holdsLeases = true;
    }

    /// <summary>Tells all whom it kept waiting.</summary>
    public void LetGo()
    {
        lock (_gate)
        {
            _holdsLeases = false;
            while (_heldBack.TryDequeue(out var tell))
                tell();
        }
    }

    private void Tell(Action tell)
    {
        lock (_gate)
        {
            if (_holdsLeases)
                _heldBack.Enqueue(tell);
            else
                tell();
        }
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

    private sealed class LateOwner(NarrowStore narrow, ICommitOwner owner) : ICommitOwner
    {
        public void Committed(LogPosition first, long token) => narrow.Tell(() => owner.Committed(first, token));

        public void Lost(StoreException failure, long token) => owner.Lost(failure, token);
    }
}
