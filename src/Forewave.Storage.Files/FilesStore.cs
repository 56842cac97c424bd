using Forewave.Protocol;
using Forewave.Storage.Backups;
using Forewave.Storage.Commits;
using Forewave.Storage.Files.Checkpoints;
using Forewave.Storage.Files.ColdReads;
using Forewave.Storage.Files.Disk;
using Forewave.Storage.Files.GroupCommit;
using Forewave.Storage.Files.Manifests;
using Forewave.Storage.Files.Pumps;
using Forewave.Storage.Files.QueueIndex;
using Forewave.Storage.Files.Reclaim;
using Forewave.Storage.Files.Recovery;
using Forewave.Storage.Files.Segments;
using Forewave.Storage.Files.Slices;

namespace Forewave.Storage.Files;

/// <summary>
/// The embedded store: one log in segments, an index of all queues in shared files, checkpoints.
/// <para>
/// Owns three threads and the cold readers. A failed write or sync of the log, of MANIFEST or of a checkpoint stops it for
/// good: what waits is answered as lost, every later append is refused. Disposing writes what was appended before, answers it
/// and joins the threads; reads that wait then fail.
/// </para>
/// </summary>
public sealed class FilesStore : IStore
{
    /// <summary>Size of the segments of a folder that is made without a word about it, in bytes.</summary>
    public const int DefaultSegmentBytes = 64 * 1024 * 1024;

    private readonly FilesStoreOptions _options;
    private readonly TimeProvider _time;
    private readonly IPumps _pumps;
    private readonly StoreFolder _folder;
    private readonly RecoveryParts _parts;
    private readonly SliceFolder _slices;
    private RecoveredLog? _recovered;
    private RecoveryTarget? _recovering;
    private RunningLog? _running;

    /// <param name="options">Settings; out of range throws.</param>
    /// <param name="time">Clock of the records.</param>
    public FilesStore(FilesStoreOptions options, TimeProvider time)
        : this(options, time, new ThreadPumps())
    {
    }

    internal FilesStore(FilesStoreOptions options, TimeProvider time, IPumps pumps)
    {
        options.Check();
        _options = options;
        _time = time;
        _pumps = pumps;
        _folder = new StoreFolder(options);
        _slices = new SliceFolder(options.Disk);
        SegmentTable segments = new(options.Disk);
        QueueIndexes indexes = new(options.Disk, StoreFolder.Index);
        _parts = new RecoveryParts(
            new ManifestStore(options.Disk),
            segments,
            new SpareSegments(options.Disk, options.SegmentBytes),
            indexes,
            new SummaryFiles(options.Disk),
            new IndexedLog(indexes, segments));
    }

    /// <inheritdoc/>
    public PartitionNumber Partition => _options.Partition;

    /// <inheritdoc/>
    public Epoch Epoch => Recovered.Epoch;

    /// <inheritdoc/>
    public LogPosition Tail => Running.Gather.Tail;

    /// <inheritdoc/>
    public LogPosition Committed => Running.Answers.Waiters.Committed;

    /// <inheritdoc/>
    public int MaxAppendBytes => _options.MaxAppendBytes;

    /// <inheritdoc/>
    public ISlices Slices => _slices;

    /// <inheritdoc/>
    public Epoch RestoredAt => _parts.Manifests.Current.RestoredAt;

    /// <inheritdoc/>
    public IBackups? Backups => Running.Backups;

    /// <inheritdoc/>
    public StoreUsage Usage => Running.Usage with { DiskBytes = Running.Usage.DiskBytes + _slices.DiskBytes };

    private RecoveredLog Recovered => _recovered ?? throw new InvalidOperationException("the store was not recovered");

    private RunningLog Running => _running ?? throw new InvalidOperationException("the store was not started");

    /// <summary>The epoch of a folder's last opening; <see cref="Epoch.None"/> of a new one. For folders that nobody has open.</summary>
    /// <exception cref="StoreException">Its manifest is damaged or of a newer format.</exception>
    /// <exception cref="DiskException">It cannot be read.</exception>
    public static Epoch EpochOf(IDisk disk) => new ManifestStore(disk).Read()?.Epoch ?? Epoch.None;

    /// <summary>
    /// What a folder's MANIFEST says; null of a new one. Reads that file alone, changes nothing and takes no lock: a broker may have the
    /// folder open.
    /// </summary>
    /// <exception cref="StoreException">Its manifest is damaged or of a newer format.</exception>
    /// <exception cref="DiskException">It cannot be read.</exception>
    public static FolderFacts? Inspect(IDisk disk) => new ManifestStore(disk).Read() is not { } manifest
        ? null
        : new FolderFacts
        {
            FormatVersion = (int)ManifestCodec.Version,
            Partition = manifest.Partition,
            Epoch = manifest.Epoch,
            SegmentBytes = manifest.SegmentBytes,
            Segments = manifest.Segments.Length,
        };

    /// <inheritdoc/>
    public async ValueTask<RecoveryReport> RecoverAsync(IStateFold fold, CancellationToken cancellation)
    {
        _recovering = new RecoveryTarget(fold, _parts.Log);
        LogRecovery recovery = new(_options, _time, _parts, _recovering);
        try
        {
            _recovered = await _pumps.RunAsync(() => recovery.Run(_folder, cancellation));
        }
        catch (DiskException failure)
        {
            throw StoreFailures.OfOpening(failure);
        }

        _recovering = null;
        _running = new RunningLog(_options, _time, _pumps, _parts, _recovered);
        _slices.Readers = _running.ColdReaders;
        return _recovered.Report;
    }

    /// <inheritdoc/>
    public void Start(ICommitObserver observer)
    {
        _parts.Indexes.Replayed();
        Running.Start(_pumps, observer);
    }

    /// <inheritdoc/>
    public AppendOutcome TryAppend(ReadOnlySpan<RecordDraft> records, out LogPosition first) => Running.TryAppend(records, out first);

    /// <inheritdoc/>
    public ValueTask WaitForRoomAsync(CancellationToken cancellation) => new(Running.Gather.WaitForRoomAsync(cancellation));

    /// <inheritdoc/>
    public bool TryAwaitCommit(LogPosition position, ICommitOwner owner, long token) =>
        Running.Answers.Waiters.TryAdd(new OwnedRecord(owner, position, token));

    /// <inheritdoc/>
    public void Dispatch(uint queue, Offset first, in CommittedRecord record)
    {
        IndexEntry run = new(first, record.Header.Count, record.Location, record.Header.Time);
        _parts.Log.Dispatch(queue, run, record, _recovering?.Summaries);
        _recovering?.Dispatched(queue, record, first);
        _running?.Dispatched();
    }

    /// <inheritdoc/>
    public void Dispatch(ReadOnlySpan<CommittedRecord> records, ReadOnlySpan<IndexPlace> places)
    {
        _parts.Log.Dispatch(records, places, _recovering?.Summaries);
        for (int i = 0; _recovering is not null && i < records.Length; i++)
        {
            _recovering.Dispatched(places[i].Index, records[i], places[i].First);
        }

        _running?.Dispatched();
    }

    /// <inheritdoc/>
    public bool TryReadRecent(uint queue, Offset offset, out StoredRun run)
    {
        run = default;
        return _parts.Indexes.TryFind(queue, offset, out IndexEntry entry) && Running.TryReadRecent(entry, offset, out run);
    }

    /// <inheritdoc/>
    public async ValueTask<StoredRuns> ReadAsync(uint queue, Offset offset, int maxBytes, CancellationToken cancellation) =>
        await Running.ColdReaders.ReadAsync(() => Running.Runs.Read(queue, offset, maxBytes), cancellation);

    /// <inheritdoc/>
    public async ValueTask<StoredRuns> ReadWindowsAsync(uint queue, ReadOnlyMemory<ReadWindow> windows, CancellationToken cancellation) =>
        await Running.ColdReaders.ReadAsync(() => Running.Runs.Read(queue, windows.Span), cancellation);

    /// <inheritdoc/>
    public async ValueTask<Offset> FindByTimeAsync(uint queue, Timestamp time, CancellationToken cancellation) =>
        await Running.ColdReaders.ReadAsync(() => _parts.Indexes.FindByTime(queue, time), cancellation);

    /// <inheritdoc/>
    public async ValueTask<StoredRuns?> ReadMessageAsync(LogPosition position, CancellationToken cancellation) =>
        await Running.ColdReaders.ReadAsync(() => Running.Positions.Read(position), cancellation);

    /// <inheritdoc/>
    public QueueExtent Extent(uint queue) => _parts.Indexes.Extent(queue);

    /// <inheritdoc/>
    public void Expire(uint queue, Offset firstRetained) => _parts.Indexes.Expire(queue, firstRetained);

    /// <inheritdoc/>
    public async ValueTask CheckpointAsync(IStateSource source, CancellationToken cancellation) =>
        await Running.Checkpoints.TakeAsync(source, cancellation);

    /// <inheritdoc/>
    public async ValueTask<ReclaimReport> ReclaimAsync(CancellationToken cancellation) => await Running.Reclaim.RunAsync(cancellation);

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        if (_running is not null)
        {
            _running.Backups.Dispose();
            await _running.Checkpoints.CloseAsync();
            await _running.Reclaim.CloseAsync();
            _running.Dispose();
        }

        _slices.Dispose();
        _parts.Indexes.Dispose();
        _parts.Segments.Dispose();
        _folder.Dispose();
    }
}
