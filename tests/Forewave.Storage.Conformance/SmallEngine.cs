using Forewave.Protocol;

namespace Forewave.Storage.Conformance;

/// <summary>
/// The engine as a store sees it, without any state but that everything committed was dispatched: offsets by rank, in recovery
/// as in life. Called on the store's threads; read by the test when <see cref="ThroughAsync"/> has completed.
/// </summary>
public sealed class SmallEngine(IStore store) : IStateFold, ICommitObserver, IStateSource
{
    private readonly TaskCompletionSource<StoreException> _ended = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly Lock _lock = new();
    private readonly List<(LogPosition Position, TaskCompletionSource Told)> _waiting = [];
    private LogPosition _through;

    /// <summary>Records that recovery gave, in order.</summary>
    public List<(RecordHeader Header, byte[] Payload)> Applied { get; } = [];

    /// <summary>Parts of the checkpoint that recovery gave.</summary>
    public List<(StatePart Part, byte[] State)> Parts { get; } = [];

    /// <summary>What was to be dispatched, in order.</summary>
    public List<RecordHeader> Dispatched { get; } = [];

    /// <summary>The committed position after each group.</summary>
    public List<LogPosition> Groups { get; } = [];

    /// <summary>Parts that the next checkpoint writes besides its own.</summary>
    public List<(StateKind Kind, byte[] State)> Written { get; } = [];

    /// <summary>Whether recovery said that all parts were given.</summary>
    public bool IsLoaded { get; private set; }

    /// <summary>Completes when a position is committed and everything up to it dispatched.</summary>
    public Task ThroughAsync(LogPosition position)
    {
        lock (_lock)
        {
            if (position <= _through)
            {
                return Task.CompletedTask;
            }

            var told = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
            _waiting.Add((position, told));
            return told.Task;
        }
    }

    /// <inheritdoc/>
    public void Load(in StatePart part, ReadOnlySpan<byte> state) => Parts.Add((part, state.ToArray()));

    /// <inheritdoc/>
    public void Loaded() => IsLoaded = true;

    /// <inheritdoc/>
    public void Apply(in CommittedRecord record, ReadOnlySpan<byte> payload)
    {
        LogPosition position = record.Header.Position;
        Applied.Add((record.Header, payload.ToArray()));
        if (record.Header.Type.IsDispatched() && !Parts.Any(loaded => loaded.Part.Dispatched >= position))
        {
            Dispatch(record);
        }
    }

    /// <inheritdoc/>
    public void Damaged(LogPosition first, LogPosition last) => throw new InvalidOperationException($"{first} to {last} are damaged.");

    /// <inheritdoc/>
    public void GroupCommitted(ReadOnlySpan<CommittedRecord> records, LogPosition through)
    {
        // Together, as a loop does in life; recovery dispatches one after the other.
        Dictionary<uint, Offset> ends = [];
        IndexPlace[] places = new IndexPlace[records.Length];
        for (int i = 0; i < places.Length; i++)
        {
            RecordHeader header = records[i].Header;
            Offset first = ends.TryGetValue(header.Queue, out Offset end) ? end : store.Extent(header.Queue).End;
            places[i] = new IndexPlace(header.Queue, first);
            ends[header.Queue] = first.Plus(header.Count);
            Dispatched.Add(header);
        }

        store.Dispatch(records, places);
        lock (_lock)
        {
            Groups.Add(through);
            _through = through;
            foreach ((_, TaskCompletionSource told) in _waiting.Where(waiting => waiting.Position <= through))
            {
                told.TrySetResult();
            }

            _waiting.RemoveAll(waiting => waiting.Position <= through);
        }
    }

    /// <summary>Completes when the store stops, with the reason.</summary>
    public Task<StoreException> Ended => _ended.Task;

    /// <inheritdoc/>
    public void Stopped(StoreException failure)
    {
        lock (_lock)
        {
            _waiting.ForEach(waiting => waiting.Told.TrySetException(failure));
        }

        _ended.TrySetResult(failure);
    }

    /// <inheritdoc/>
    public void CheckpointDue()
    {
        // The test takes them.
    }

    /// <inheritdoc/>
    public ValueTask WriteAsync(IStateWriter writer, CancellationToken cancellation)
    {
        LogPosition through = store.Committed;
        writer.Write(new StatePart(StateKind.Catalogue, 0, through, through), [1, 2, 3]);
        foreach ((StateKind kind, byte[] state) in Written)
        {
            writer.Write(new StatePart(kind, 7, through, through), state);
        }

        return ValueTask.CompletedTask;
    }

    private void Dispatch(in CommittedRecord record)
    {
        Dispatched.Add(record.Header);
        store.Dispatch(record.Header.Queue, store.Extent(record.Header.Queue).End, record);
    }
}
