using Forewave.Protocol;
using Forewave.Storage;

namespace Forewave.Broker.Tests.Promises.Plants;

/// <summary>
/// A store with a planted fault: it tells the owners of records of their commit as soon as they are appended, or leaves out some of
/// the records by which a transaction is committed.
/// </summary>
/// <param name="store">Does the rest.</param>
/// <param name="plant">The fault.</param>
/// <param name="queue">Does something soon.</param>
internal sealed class PlantedStore(IStore store, Plant plant, Action<Action> queue) : IStore
{
    public PartitionNumber Partition => store.Partition;

    public Epoch Epoch => store.Epoch;

    public LogPosition Tail => store.Tail;

    public LogPosition Committed => store.Committed;

    public int MaxAppendBytes => store.MaxAppendBytes;

    public StoreUsage Usage => store.Usage;

    public ISlices Slices => store.Slices;

    public ValueTask<RecoveryReport> RecoverAsync(IStateFold fold, CancellationToken cancellation) => store.RecoverAsync(fold, cancellation);

    public void Start(ICommitObserver observer) => store.Start(observer);

    public AppendOutcome TryAppend(ReadOnlySpan<RecordDraft> records, out LogPosition first)
    {
        bool isCommit = records.Length > 1 && records[^1].Type == RecordType.Decided;
        return plant switch
        {
            Plant.AnswerBeforeSync => AppendHastily(records, out first),
            Plant.CommitLeaks when isCommit => store.TryAppend(records[1..], out first),
            _ => store.TryAppend(records, out first),
        };
    }

    private AppendOutcome AppendHastily(ReadOnlySpan<RecordDraft> records, out LogPosition first)
    {
        var owners = new List<(ICommitOwner Owner, long Token)>();
        var drafts = new RecordDraft[records.Length];
        for (int i = 0; i < records.Length; i++)
        {
            if (records[i].Owner is { } owner)
                owners.Add((owner, records[i].Token));
            drafts[i] = WithoutOwner(records[i]);
        }
        var outcome = store.TryAppend(drafts, out var position);
        first = position;
        if (outcome == AppendOutcome.Appended)
        {
            foreach (var (owner, token) in owners)
                queue(() => owner.Committed(position, token));
        }
        return outcome;
    }

    public ValueTask WaitForRoomAsync(CancellationToken cancellation) => store.WaitForRoomAsync(cancellation);

    public bool TryAwaitCommit(LogPosition position, ICommitOwner owner, long token) =>
        plant != Plant.AnswerBeforeSync && store.TryAwaitCommit(position, owner, token);

    public void Dispatch(uint queue, Offset first, in CommittedRecord record) => store.Dispatch(queue, first, record);

    public bool TryReadRecent(uint queue, Offset offset, out StoredRun run) => store.TryReadRecent(queue, offset, out run);

    public ValueTask<StoredRuns> ReadAsync(uint queue, Offset offset, int maxBytes, CancellationToken cancellation) =>
        store.ReadAsync(queue, offset, maxBytes, cancellation);

    public ValueTask<Offset> FindByTimeAsync(uint queue, Timestamp time, CancellationToken cancellation) =>
        store.FindByTimeAsync(queue, time, cancellation);

    public ValueTask<StoredRuns?> ReadMessageAsync(LogPosition position, CancellationToken cancellation) =>
        store.ReadMessageAsync(position, cancellation);

    public QueueExtent Extent(uint queue) => store.Extent(queue);

    public void Expire(uint queue, Offset firstRetained) => store.Expire(queue, firstRetained);

    public ValueTask CheckpointAsync(IStateSource source, CancellationToken cancellation) => store.CheckpointAsync(source, cancellation);

    public ValueTask<ReclaimReport> ReclaimAsync(CancellationToken cancellation) => store.ReclaimAsync(cancellation);

    public ValueTask DisposeAsync() => store.DisposeAsync();

    private static RecordDraft WithoutOwner(in RecordDraft draft) => new()
    {
        Type = draft.Type,
        Count = draft.Count,
        Queue = draft.Queue,
        Source = draft.Source,
        Sequence = draft.Sequence,
        Extra = draft.Extra,
        Payload = draft.Payload,
        PayloadCrc = draft.PayloadCrc,
        JoinsNext = draft.JoinsNext,
    };
}
