using Forewave.Protocol;
using Forewave.Storage;

namespace Forewave.Broker.Tests.Fakes;

/// <summary>
/// A log in memory of which the test decides when it commits, and what an append comes to. No index: reading is not its part.
/// </summary>
internal sealed class FakeStore : IStore
{
    private readonly Lock _gate = new();
    private readonly List<(uint Queue, Offset FirstRetained)> _expired = [];
    private readonly List<(LogPosition Position, ICommitOwner Owner, long Token)> _waiting = [];
    private readonly Queue<AppendOutcome> _script = new();
    private readonly List<FakeRecord> _records = [];
    private ICommitObserver? _observer;
    private StoreException? _failure;
    private TaskCompletionSource _room = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private LogPosition _tail;
    private ulong _number;
    private int _observed;

    /// <summary>Commits each append at once, on the thread pool.</summary>
    public bool CommitsByItself { get; init; } = true;

    /// <summary>Called before somebody is told the tail.</summary>
    public Action? TailAsked { get; set; }

    /// <summary>Called after each append, before whoever appended goes on.</summary>
    public Action? Appended { get; set; }

    /// <summary>So many checkpoints meet a full disk.</summary>
    public int RefusesCheckpoints { get; set; }

    /// <summary>Its folder cannot be read.</summary>
    public bool FailsToRecover { get; init; }

    /// <summary>Asking for the bounds of a queue throws.</summary>
    public bool FailsToTellExtents { get; set; }

    /// <summary>A queue in which nothing can be searched at present; in the others, everything is older than any time.</summary>
    public uint? UnreadableQueue { get; init; }

    /// <summary>A round of recycling throws.</summary>
    public bool FailsToReclaim { get; init; }

    /// <summary>The run at an offset of any queue; null: none is in memory.</summary>
    public Func<Offset, StoredRun>? Recent { get; init; }

    /// <summary>The clock for record times.</summary>
    public TimeProvider Time { get; init; } = TimeProvider.System;

    public List<FakePart> Checkpoint { get; private set; } = [];

    public int CheckpointsTaken { get; private set; }

    public int Reclaims { get; private set; }

    /// <summary>What need not be kept any more.</summary>
    public IReadOnlyList<(uint Queue, Offset FirstRetained)> Expired
    {
        get
        {
            lock (_gate)
                return [.. _expired];
        }
    }

    /// <summary>Completes with the first of them.</summary>
    public TaskCompletionSource? Expiring { get; init; }

    public bool IsDisposed { get; private set; }

    public PartitionNumber Partition => new(7);

    public Epoch Epoch { get; private set; } = new(1);

    public LogPosition Tail
    {
        get
        {
            TailAsked?.Invoke();
            return _tail;
        }
        private set => _tail = value;
    }

    public LogPosition Committed { get; private set; }

    public int MaxAppendBytes { get; init; } = 16 * 1024 * 1024;

    public StoreUsage Usage => default;

    public ISlices Slices { get; private init; } = new FakeSlices();

    public IReadOnlyList<FakeRecord> Records
    {
        get
        {
            lock (_gate)
                return [.. _records];
        }
    }

    /// <summary>What the next appends come to instead of being appended.</summary>
    public void Script(params AppendOutcome[] outcomes)
    {
        lock (_gate)
            Array.ForEach(outcomes, _script.Enqueue);
    }

    /// <summary>Lets those go on who found no room.</summary>
    public void MakeRoom()
    {
        lock (_gate)
        {
            _room.TrySetResult();
            _room = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        }
    }

    /// <summary>A store on what this one holds, as after a crash: everything appended is there.</summary>
    public FakeStore Reopen() => ReopenUpTo(Tail);

    /// <summary>A store on what this one had committed up to a position.</summary>
    public FakeStore ReopenUpTo(LogPosition last, bool checkpoint = true)
    {
        var next = new FakeStore { CommitsByItself = CommitsByItself, Time = Time, Slices = Slices };
        next._records.AddRange(Records.Where(record => record.Header.Position <= last));
        next.Epoch = Epoch.Next;
        next._number = _number;
        next.Checkpoint = checkpoint ? Checkpoint : [];
        next._observed = next._records.Count;
        return next;
    }

    public ValueTask<RecoveryReport> RecoverAsync(IStateFold fold, CancellationToken cancellation)
    {
        if (FailsToRecover)
            throw new StoreException(ErrorCode.StoreUnavailable, "it cannot be recovered, says the test");
        foreach (var part in Checkpoint)
            fold.Load(part.Part, part.State);
        fold.Loaded();
        var from = Checkpoint.Count == 0 ? LogPosition.None : Checkpoint.Min(part => part.Part.Dispatched);
        foreach (var record in _records.Where(record => record.Header.Position > from))
            fold.Apply(new CommittedRecord(record.Header, default, record.Payload.Length), record.Payload);
        Tail = Committed = new LogPosition(Epoch, ++_number);
        return ValueTask.FromResult(new RecoveryReport((ulong)_records.Count, default, default, TimeSpan.Zero));
    }

    public void Start(ICommitObserver observer) => _observer = observer;

    public AppendOutcome TryAppend(ReadOnlySpan<RecordDraft> records, out LogPosition first)
    {
        first = LogPosition.None;
        lock (_gate)
        {
            if (_failure is not null)
                return AppendOutcome.Stopped;
            if (_script.TryDequeue(out var outcome) && outcome != AppendOutcome.Appended)
                return outcome;
            foreach (ref readonly var draft in records)
            {
                var position = Add(draft);
                if (first == LogPosition.None)
                    first = position;
            }
        }
        Appended?.Invoke();
        if (CommitsByItself)
            ThreadPool.UnsafeQueueUserWorkItem(static store => store.Commit(), this, preferLocal: false);
        return AppendOutcome.Appended;
    }

    /// <summary>Commits all that was appended, on this thread.</summary>
    public void Commit()
    {
        lock (_gate)
        {
            if (_failure is not null)
                return;
            Committed = Tail;
            foreach (var (position, owner, token) in _waiting)
                owner.Committed(position, token);
            _waiting.Clear();
            var records = _records.Skip(_observed)
                .Where(record => record.Header.Type is RecordType.Published or RecordType.DeadLettered)
                .Select(record => new CommittedRecord(record.Header, default, record.Payload.Length))
                .ToArray();
            _observed = _records.Count;
            _observer?.GroupCommitted(records, Committed);
        }
    }

    /// <summary>Stops as after a failed sync.</summary>
    public void Fail()
    {
        lock (_gate)
        {
            _failure = new StoreException(ErrorCode.PartitionStopped, "the disk failed, says the test");
            foreach (var (_, owner, token) in _waiting)
                owner.Lost(_failure, token);
            _waiting.Clear();
            _observer?.Stopped(_failure);
        }
    }

    /// <summary>Says that a checkpoint is due.</summary>
    public void AskForCheckpoint() => _observer!.CheckpointDue();

    public ValueTask WaitForRoomAsync(CancellationToken cancellation)
    {
        lock (_gate)
            return new ValueTask(_room.Task.WaitAsync(cancellation));
    }

    public bool TryAwaitCommit(LogPosition position, ICommitOwner owner, long token)
    {
        lock (_gate)
        {
            if (position <= Committed)
                return false;
            if (_failure is not null)
                owner.Lost(_failure, token);
            else
                _waiting.Add((position, owner, token));
            return true;
        }
    }

    public void Dispatch(uint queue, Offset first, in CommittedRecord record)
    {
        // No index.
    }

    public bool TryReadRecent(uint queue, Offset offset, out StoredRun run)
    {
        run = Recent?.Invoke(offset) ?? default;
        return Recent is not null;
    }

    public ValueTask<StoredRuns> ReadAsync(uint queue, Offset offset, int maxBytes, CancellationToken cancellation) =>
        ValueTask.FromResult(new StoredRuns([], null));

    public ValueTask<Offset> FindByTimeAsync(uint queue, Timestamp time, CancellationToken cancellation)
    {
        if (queue == UnreadableQueue)
            throw new StoreException(ErrorCode.DatabaseUnreachable, "nothing can be searched at present, says the test");
        return ValueTask.FromResult(UnreadableQueue is null ? Offset.First : Extent(queue).End);
    }

    public ValueTask<StoredRuns?> ReadMessageAsync(LogPosition position, CancellationToken cancellation) =>
        ValueTask.FromResult<StoredRuns?>(null);

    public QueueExtent Extent(uint queue)
    {
        if (FailsToTellExtents)
            throw new InvalidOperationException("the bounds cannot be told, says the test");
        lock (_gate)
        {
            long messages = _records.Where(record => record.Header.Queue == queue && record.Header.Type == RecordType.Published)
                .Sum(record => (long)record.Header.Count);
            return new QueueExtent { FirstRetained = Offset.First, End = Offset.First.Plus(messages) };
        }
    }

    public void Expire(uint queue, Offset firstRetained)
    {
        lock (_gate)
        {
            _expired.Add((queue, firstRetained));
            Expiring?.TrySetResult();
        }
    }

    public async ValueTask CheckpointAsync(IStateSource source, CancellationToken cancellation)
    {
        if (RefusesCheckpoints > 0)
        {
            RefusesCheckpoints--;
            throw new StoreException(ErrorCode.DiskFull, "no checkpoint on a full disk, says the test");
        }
        var writer = new FakeStateWriter();
        await source.WriteAsync(writer, cancellation);
        Checkpoint = writer.Parts;
        CheckpointsTaken++;
    }

    public ValueTask<ReclaimReport> ReclaimAsync(CancellationToken cancellation)
    {
        Reclaims++;
        if (FailsToReclaim)
            throw new InvalidOperationException("reclaiming fails, says the test");
        return ValueTask.FromResult(default(ReclaimReport));
    }

    public ValueTask DisposeAsync()
    {
        IsDisposed = true;
        return ValueTask.CompletedTask;
    }

    private LogPosition Add(in RecordDraft draft)
    {
        if (Checksum.Of(draft.Payload.Span) != draft.PayloadCrc)
            throw new InvalidOperationException("the draft's CRC is not that of its payload");
        var position = new LogPosition(Epoch, ++_number);
        _number += (ulong)draft.Count - 1;
        Tail = new LogPosition(Epoch, _number);
        var header = new RecordHeader
        {
            Type = draft.Type,
            Position = position,
            Count = draft.Count,
            Time = Timestamp.From(Time.GetUtcNow()),
            Queue = draft.Queue,
            Source = draft.Source,
            Sequence = draft.Sequence,
            Extra = draft.Extra,
        };
        _records.Add(new FakeRecord(header, draft.Payload.ToArray()) { IsLazy = draft.IsLazy });
        if (draft.Owner is not null)
            _waiting.Add((position, draft.Owner, draft.Token));
        return position;
    }
}
