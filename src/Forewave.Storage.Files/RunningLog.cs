using Forewave.Protocol;
using Forewave.Storage.Files.Backups;
using Forewave.Storage.Files.Checkpoints;
using Forewave.Storage.Files.ColdReads;
using Forewave.Storage.Files.GroupCommit;
using Forewave.Storage.Files.Pumps;
using Forewave.Storage.Files.QueueIndex;
using Forewave.Storage.Files.Reclaim;
using Forewave.Storage.Files.Recovery;
using Forewave.Storage.Files.Segments;

namespace Forewave.Storage.Files;

/// <summary>
/// The log between recovery and disposal: puts the loops together and starts and ends them. Starting and disposing is for one
/// thread, once; the rest is thread-safe.
/// </summary>
internal sealed class RunningLog : IDisposable
{
    private readonly FilesStoreOptions _options;
    private readonly RecoveryParts _parts;
    private readonly CommitListener _listener;
    private readonly WriterCounters _counters = new();
    private readonly LogWriter _writer;
    private readonly SegmentPreparer _preparer;
    private readonly CarryPace _pace;
    private readonly CarryOver _carryOver;
    private IPump? _writing;
    private IPump? _answering;
    private IPump? _preparing;

    public RunningLog(FilesStoreOptions options, TimeProvider time, IPumps pumps, RecoveryParts parts, RecoveredLog recovered)
    {
        _options = options;
        _parts = parts;
        _listener = new CommitListener(options.CheckpointIntervalBytes);
        Gather = new Gather(options, time, recovered.Start, () => _writing?.Signal());
        Answers = new CommitQueue(_listener);
        Answers.MoveCommitted(recovered.Start.Last);
        Answers.Waiters.SomebodyWaits = Want;
        _writer = new LogWriter(Gather, Answers, parts.Segments, recovered.Start.Segment, _counters, () => _preparing?.Signal(), options.SegmentBytes);
        SegmentLog log = new(options.Disk, parts.Manifests, parts.Segments);
        _preparer = new SegmentPreparer(options, log, parts, Gather, new GrowthPace(time, _counters, () => _preparing?.Signal()), Fail);
        ColdReaders = new ColdReaders(pumps, options);
        Runs = new RunReader(parts.Indexes, parts.Segments, options.SegmentBytes);
        Positions = new PositionReader(parts, options.SegmentBytes);
        Checkpoints = new CheckpointRound(options.Disk, parts, log, new CheckpointHooks(Answers.Waiters, _listener, () => _carryOver?.Held, Fail));
        Backups = new BackupRunner(options, new RunningSource(options.Disk, parts, Answers, Gather), pumps, time);
        _pace = new CarryPace(time, _counters, options.CarryBytesPerSecond);
        _carryOver = new CarryOver(parts, Gather, ColdReaders, () => _writing?.Signal(), _pace, options.SegmentBytes);
        Reclaim = new ReclaimRound(options, parts, log, _carryOver, ColdReaders, new ReclaimHooks(Checkpoints, () => Gather.IsDiskFull, GrowAgain, HurryCheckpoint, Fail));
    }

    public Gather Gather { get; }

    public CommitQueue Answers { get; }

    public ColdReaders ColdReaders { get; }

    public RunReader Runs { get; }

    public PositionReader Positions { get; }

    public CheckpointRound Checkpoints { get; }

    public BackupRunner Backups { get; }

    public ReclaimRound Reclaim { get; }

    public StoreUsage Usage => new()
    {
        DiskBytes = ((long)(_parts.Segments.Count + Gather.PreparedSegments + _parts.Spares.Count) * _options.SegmentBytes) + _parts.Indexes.DiskBytes,
        FreeBytes = _options.Disk.FreeBytes,
        Segments = _parts.Segments.Count,
        SpareSegments = _parts.Spares.Count + Gather.PreparedSegments,
        DiskFull = Gather.IsDiskFull,
        Groups = _counters.Groups,
        Syncs = _counters.Syncs,
        LogBytes = _counters.Bytes,
        SyncTime = _counters.SyncTime,
        ColdReads = ColdReaders.Reads,
        Checkpoints = Checkpoints.Taken,
        CarriedBytes = _pace.Carried,
        RecycledSegments = Reclaim.Recycled,
    };

    public void Start(IPumps pumps, ICommitObserver observer)
    {
        _listener.Attach(observer, _carryOver);
        _preparing = pumps.Start("forewave-segments", _preparer.Step);
        _writing = pumps.Start("forewave-log", _writer.Step);
        _answering = pumps.Start("forewave-commit", Answers.Step);
        Answers.RunOn(_answering, _writing, Fail);

        // One of them may have failed before all were there to be woken.
        _writing.Signal();
        _answering.Signal();
    }

    public AppendOutcome TryAppend(ReadOnlySpan<RecordDraft> records, out LogPosition first)
    {
        AppendOutcome outcome = Gather.TryAppend(records, out first);
        if (Gather.HasWaiting)
        {
            _writing?.Signal();
        }

        if (outcome is AppendOutcome.NoRoom or AppendOutcome.DiskFull)
        {
            _preparing?.Signal();
        }

        return outcome;
    }

    /// <summary>A record got its place in the index: when the disk was too full for that, publishes have to stop.</summary>
    public void Dispatched()
    {
        if (_parts.Indexes.HasWaiting && !Gather.IsDiskFull)
        {
            _preparing?.Signal();
        }
    }

    public bool TryReadRecent(in IndexEntry entry, Offset offset, out StoredRun run)
    {
        run = default;
        if (!Gather.Memory.TryPin(entry.Location, out GatherBlock block, out int at))
        {
            return false;
        }

        StoredHeader stored = RecordCodec.ReadFields(block.Bytes.AsSpan(at));
        ReadOnlyMemory<byte> payload = block.Bytes.AsMemory(at + RecordCodec.HeaderBytes, stored.PayloadBytes);
        run = RunBuilder.Build(stored, payload, entry, offset, block);
        return true;
    }

    public void Dispose()
    {
        Gather.Close();
        _writing?.Dispose();
        Gather.Dispose();
        _answering?.Dispose();
        if (_writing is not null)
        {
            _writer.WriteEnd();
        }

        _preparing?.Dispose();
        _preparer.Dispose();
        ColdReaders.Dispose();
    }

    private void Want(LogPosition position)
    {
        Gather.Want(position);
        if (Gather.HasWaiting)
        {
            _writing?.Signal();
        }
    }

    private void GrowAgain()
    {
        _preparer.RetryGrowth();
        _preparing?.Signal();
    }

    // On a full disk the segments that a checkpoint would free are what everybody waits for.
    private void HurryCheckpoint()
    {
        if (Gather.IsDiskFull)
        {
            _listener.HurryCheckpoint();
        }
    }

    // A failure beside the log's own writes: the writer finds it and answers everybody.
    private void Fail(StoreException failure)
    {
        Gather.Stop(failure);
        _writing?.Signal();
    }
}
