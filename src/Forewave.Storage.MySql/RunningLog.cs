using Forewave.Protocol;
using Forewave.Storage.Commits;
using Forewave.Storage.MySql.Checkpoints;
using Forewave.Storage.MySql.Indexes;
using Forewave.Storage.MySql.Log;
using Forewave.Storage.MySql.Moving;
using Forewave.Storage.MySql.Reading;
using Forewave.Storage.MySql.Recovery;
using Forewave.Storage.MySql.Rows;

namespace Forewave.Storage.MySql;

/// <summary>
/// The store between recovery and disposal: puts the loops together and starts and ends them. Starting and disposing is for one
/// thread, once; the rest is thread-safe.
/// </summary>
internal sealed class RunningLog : IDisposable
{
    private readonly CommitWaiters _waiters = new();
    private readonly CheckpointPace _pace;
    private readonly LogCounters _counters = new();
    private readonly RecoveredLog _recovered;
    private readonly MessageIndexes _indexes;
    private readonly LogTable _log;
    private readonly Action<string> _told;
    private readonly ICommitProof? _proof;
    private CommitAnswers? _answers;
    private CommitProofs? _proofs;
    private LogWriter? _writer;

    public RunningLog(MySqlStoreOptions options, TimeProvider time, MessageIndexes indexes, RecoveredLog recovered)
    {
        _recovered = recovered;
        _indexes = indexes;
        _told = options.Told;
        _proof = options.Proof;
        Epoch = recovered.Start.Last.Epoch;
        _pace = new CheckpointPace(new ByteCount(options.CheckpointIntervalBytes));
        _log = new LogTable(options.Names);
        Fences fences = new(options.Names, options.Partition);
        Gather = new Gather(new ByteCount(options.RecentMemoryBytes), time, recovered.Start, () => _writer?.Signal())
        {
            IsBehind = () => indexes.Unmoved.Value >= options.UnmovedRuns,
        };
        indexes.OldestBlock = () => Gather.Recent.Oldest;
        _waiters.Committed = recovered.Start.Last;
        _waiters.SomebodyWaits = Want;
        RecordSource records = new(_log, Gather.Recent);
        Readers = new DatabaseReaders(options.Connection, options, time);
        Runs = new RunReader(options.Names, indexes, records);
        Times = new TimeSearch(options.Names, indexes);
        Positions = new PositionReader(options.Names, indexes, _log);
        DayRows days = new(options.Names);
        Mover = new Mover(new MoverParts
        {
            Options = options.Connection,
            Names = options.Names,
            Fences = fences,
            Epoch = Epoch,
            Indexes = indexes,
            Records = records,
            Tables = new TableSet(options.Names, indexes, days, new FenceGuard(options.Connection, fences, FenceRole.Mover, Epoch), time),
            Days = days,
            Time = time,
            Told = options.Told,
            Fail = Fail,
        });
        Checkpoints = new CheckpointRound(
            options.Connection,
            new StateTable(options.Names, fences),
            new FencePlace(Epoch, recovered.Checkpoint),
            new CheckpointHooks(_waiters, indexes, _pace, NoteReplayable, new FenceGuard(options.Connection, fences, FenceRole.State, Epoch), Fail));
    }

    public Epoch Epoch { get; }

    public Gather Gather { get; }

    public CommitWaiters Waiters => _waiters;

    public DatabaseReaders Readers { get; }

    public RunReader Runs { get; }

    public TimeSearch Times { get; }

    public PositionReader Positions { get; }

    public CheckpointRound Checkpoints { get; }

    public Mover Mover { get; }

    public StoreUsage Usage => new()
    {
        DiskBytes = Mover.DatabaseBytes,
        FreeBytes = long.MaxValue,
        Segments = _recovered.Slices.Count,
        DiskFull = Gather.Refusal == AppendRefusal.DiskFull || Gather.IsBehind(),
        UnmovedRuns = _indexes.Unmoved.Value,
        MissingMessages = Mover.Missing,
        Groups = _counters.Groups,
        Syncs = _counters.Groups,
        LogBytes = _counters.Bytes,
        SyncTime = _counters.Time,
        ColdReads = Readers.Reads,
        Checkpoints = Checkpoints.Taken,
        RecycledSegments = _recovered.Slices.Dropped,
    };

    public void Start(ICommitObserver observer)
    {
        _answers = new CommitAnswers(observer, _waiters, _pace, Fail);
        _proofs = _proof is null ? null : new CommitProofs(_proof, Gather, _answers, Fail);
        _writer = new LogWriter(Gather, _answers, _recovered.Writer, _recovered.Slices, new LogWatch(_counters, _told, _proofs));
        Mover.Start();
    }

    public AppendOutcome TryAppend(ReadOnlySpan<RecordDraft> records, out LogPosition first)
    {
        AppendOutcome outcome = Gather.TryAppend(records, out first);
        if (outcome == AppendOutcome.Appended)
        {
            NoteNames(records);
        }

        if (Gather.HasWaiting)
        {
            _writer?.Signal();
        }

        return outcome;
    }

    /// <summary>A record has its offsets: what is in memory is read from there, and the mover takes it to its table.</summary>
    public void Dispatched(MessageIndex index, int messages) => Mover.Note(index, messages);

    public bool TryReadRecent(MessageIndex index, Offset offset, out StoredRun run)
    {
        run = default;
        if (!index.TryFind(offset.Value, out IndexedRun found) || !Gather.Recent.TryPin(found.Location, out RecentBlock block, out int at))
        {
            return false;
        }

        ReadOnlyMemory<byte> payload = block.Read(at, out RecordHeader header);
        int skip = (int)(offset.Value - found.First);
        if (skip > 0)
        {
            payload = payload[RunMessages.BytesOf(payload.Span, skip)..];
            header = header with { Position = header.Position.Plus((ulong)skip), Count = header.Count - skip, Sequence = header.Sequence + (ulong)skip };
        }

        run = new StoredRun(header, offset, found.Count - skip, payload, block);
        return true;
    }

    public void Dispose()
    {
        if (_writer is null)
        {
            _recovered.Writer.Dispose();
        }

        _writer?.Dispose();
        _proofs?.Dispose();
        _answers?.Dispose();
        Gather.Dispose();
        Mover.Dispose();
        Readers.Dispose();
        Checkpoints.Dispose();
    }

    private void NoteNames(ReadOnlySpan<RecordDraft> records)
    {
        foreach (ref readonly RecordDraft record in records)
        {
            if (record.Type == RecordType.QueueChanged)
            {
                _indexes.Note(record.Queue, record.Payload.Span);
            }
        }
    }

    private void Want(LogPosition position)
    {
        Gather.Want(position);
        _writer?.Signal();
    }

    // What is not moved is read from the log.
    private void NoteReplayable(LogPosition covered)
    {
        LogPosition needed = covered;
        foreach (MessageIndex index in _indexes.All)
        {
            if (index.FirstUnmoved is { } unmoved && unmoved < needed)
            {
                needed = unmoved;
            }
        }

        _recovered.Slices.Need(needed);
        _writer?.Signal();
    }

    private void Fail(StoreException failure)
    {
        Gather.Stop(failure);
        _writer?.Signal();
    }
}
