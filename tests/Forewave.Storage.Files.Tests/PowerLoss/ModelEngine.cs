using Forewave.Protocol;

namespace Forewave.Storage.Files.Tests.PowerLoss;

/// <summary>
/// An engine as small as can be that uses the store as the real one does: publishes are applied when a loop works off a
/// committed group, records of its own when they are appended, checkpoints are fuzzy.
/// </summary>
internal sealed class ModelEngine : IStateFold, IStateSource, ICommitObserver
{
    public const int Queues = 3;

    private readonly Queue<(CommittedRecord[] Records, LogPosition Through)> _inbox = new();
    private readonly Queue<(LogPosition Position, uint Queue, Offset FirstRetained)> _expiring = new();
    private readonly Dictionary<uint, StatePart> _loaded = [];
    private IStore? _store;
    private LogPosition _dispatched;

    public Dictionary<uint, QueueState> States { get; } = Enumerable.Range(1, Queues).ToDictionary(queue => (uint)queue, _ => new QueueState());

    /// <summary>Openings that were replayed.</summary>
    public List<RecordHeader> Barriers { get; } = [];

    /// <summary>Committed groups told so up to here.</summary>
    public LogPosition Delivered { get; private set; }

    /// <summary>The test has bent the folder: what is reported as lost is no violation.</summary>
    public bool MayBeDamaged { get; init; }

    /// <summary>Called between the parts of a checkpoint.</summary>
    public Action? BetweenParts { get; set; }

    private IStore Store => _store ?? throw new InvalidOperationException("no store");

    public void Use(IStore store) => _store = store;

    /// <summary>Recovery is over.</summary>
    public void Started() => _dispatched = Store.Tail;

    public void Load(in StatePart part, ReadOnlySpan<byte> state)
    {
        _loaded[part.Id] = part;
        States[part.Id] = QueueState.From(state);
    }

    public void Loaded()
    {
        foreach ((uint queue, QueueState state) in States)
        {
            Store.Expire(queue, new Offset(Math.Min(state.FirstRetained, state.End)));
        }
    }

    public void Apply(in CommittedRecord record, ReadOnlySpan<byte> payload)
    {
        if (record.Header.Type == RecordType.Barrier)
        {
            Barriers.Add(record.Header);
            return;
        }

        uint queue = record.Header.Queue;
        _loaded.TryGetValue(queue, out StatePart part);
        if (record.Header.Type == RecordType.Published)
        {
            if (record.Header.Position > part.Dispatched)
            {
                Dispatch(record);
            }
        }
        else if (record.Header.Position > part.Tail)
        {
            States[queue].ApplyOwn(record.Header);
            if (record.Header.Type == RecordType.Purged)
            {
                // Beyond the end would take the whole queue away: so far it may stand when records before it are lost.
                Store.Expire(queue, new Offset(Math.Min((long)record.Header.Sequence, States[queue].End)));
            }
        }
    }

    public void Damaged(LogPosition first, LogPosition last)
    {
        if (!MayBeDamaged)
        {
            throw new ViolationException(ViolationKind.DamageReported, $"{first} to {last}");
        }
    }

    public void GroupCommitted(ReadOnlySpan<CommittedRecord> records, LogPosition through)
    {
        Delivered = through;
        _inbox.Enqueue((records.ToArray(), through));
    }

    public void Stopped(StoreException failure)
    {
        // The workload finds out by its next append.
    }

    public void CheckpointDue()
    {
        // The workload takes checkpoints when it likes.
    }

    /// <summary>A record of a loop's own was appended: it is applied at once.</summary>
    public void Appended(in RecordHeader header)
    {
        States[header.Queue].ApplyOwn(header);
        if (header.Type == RecordType.Purged)
        {
            _expiring.Enqueue((header.Position, header.Queue, new Offset((long)header.Sequence)));
        }
    }

    /// <summary>Works off one committed group.</summary>
    public void Work()
    {
        if (!_inbox.TryDequeue(out (CommittedRecord[] Records, LogPosition Through) group))
        {
            return;
        }

        foreach (CommittedRecord record in group.Records)
        {
            Dispatch(record);
        }

        _dispatched = group.Through;
        while (_expiring.TryPeek(out (LogPosition Position, uint Queue, Offset FirstRetained) expiring) && expiring.Position <= group.Through)
        {
            Store.Expire(expiring.Queue, expiring.FirstRetained);
            _expiring.Dequeue();
        }
    }

    public ValueTask WriteAsync(IStateWriter writer, CancellationToken cancellation)
    {
        foreach ((uint queue, QueueState state) in States)
        {
            writer.Write(new StatePart(StateKind.Queue, queue, _dispatched, Store.Tail), state.ToBytes());
            BetweenParts?.Invoke();
        }

        return ValueTask.CompletedTask;
    }

    private void Dispatch(in CommittedRecord record)
    {
        QueueState state = States[record.Header.Queue];
        Store.Dispatch(record.Header.Queue, new Offset(state.End), record);
        state.Dispatch(record.Header);
    }
}
