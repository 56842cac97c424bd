using Forewave.Protocol;
using Forewave.Storage.Commits;
using Forewave.Storage.MySql.Connections;
using Forewave.Storage.MySql.Indexes;
using Forewave.Storage.MySql.Interop;
using Forewave.Storage.MySql.Log;
using Forewave.Storage.MySql.Recovery;
using Forewave.Storage.MySql.Slices;

namespace Forewave.Storage.MySql;

/// <summary>
/// The MySQL store: one log table, a table for each queue in day slices, state and slices in tables of their own; docs/mysql-schema.md.
/// <para>
/// Owns the threads of the log's writer, of commits, of the mover, of checkpoints and the readers, each with a connection. While the
/// database does not answer, clients' messages are refused and everything else waits; it goes on by itself. What the database
/// refuses for good, and another broker that has taken the partition, stop it: what waits is answered as lost. Disposing commits
/// what was appended before, if the database answers, and joins the threads; reads that wait then fail.
/// </para>
/// </summary>
public sealed class MySqlStore : IStore
{
    private readonly MySqlStoreOptions _options;
    private readonly TimeProvider _time;
    private readonly MessageIndexes _indexes;
    private readonly SliceTable _slices;
    private RunningLog? _running;

    /// <param name="options">Settings; out of range throws.</param>
    /// <param name="time">Clock of the records.</param>
    public MySqlStore(MySqlStoreOptions options, TimeProvider time)
    {
        options.Check();
        _options = options;
        _time = time;
        _indexes = new MessageIndexes(Timestamp.From(time.GetUtcNow()));
        _slices = new SliceTable(options.Connection, options.Names, new Fences(options.Names, options.Partition));
    }

    /// <inheritdoc/>
    public PartitionNumber Partition => _options.Partition;

    /// <inheritdoc/>
    public Epoch Epoch => Running.Epoch;

    /// <inheritdoc/>
    public LogPosition Tail => Running.Gather.Tail;

    /// <inheritdoc/>
    public LogPosition Committed => Running.Waiters.Committed;

    /// <inheritdoc/>
    public Durability CommitDurability => _options.Proof?.Reached ?? Durability.Synced;

    /// <inheritdoc/>
    public int MaxAppendBytes => AppendBounds.MaxBytes;

    /// <inheritdoc/>
    public ISlices Slices => _slices;

    /// <inheritdoc/>
    public StoreUsage Usage => Running.Usage;

    /// <summary>What moves; for tests.</summary>
    internal Moving.Mover Mover => Running.Mover;

    private RunningLog Running => _running ?? throw new InvalidOperationException("the store was not recovered");

    /// <summary>The epoch of a database's last opening; <see cref="Epoch.None"/> of a new one. Opens a connection and blocks.</summary>
    /// <exception cref="StoreException">It is not there, refused, or is another partition's.</exception>
    public static Epoch EpochOf(MySqlStoreOptions options)
    {
        try
        {
            using Connection connection = Connection.Open(options.Connection);
            return new Fences(options.Names, options.Partition).Highest(connection);
        }
        catch (DatabaseException failure)
        {
            throw StoreFailures.OfOpening(failure, options.Connection);
        }
    }

    /// <inheritdoc/>
    public async ValueTask<RecoveryReport> RecoverAsync(IStateFold fold, CancellationToken cancellation)
    {
        LogRecovery recovery = new(_options, _time, _indexes, epoch => _slices.Epoch = epoch);
        RecoveredLog recovered = await RunOnThreadAsync(() => recovery.Run(fold, cancellation));
        _running = new RunningLog(_options, _time, _indexes, recovered);
        _slices.Readers = _running.Readers;
        return recovered.Report;
    }

    /// <inheritdoc/>
    public void Start(ICommitObserver observer)
    {
        _indexes.Replayed();
        foreach (MessageIndex index in _indexes.All)
        {
            Running.Dispatched(index, 0);
        }

        Running.Start(observer);
    }

    /// <inheritdoc/>
    public AppendOutcome TryAppend(ReadOnlySpan<RecordDraft> records, out LogPosition first) => Running.TryAppend(records, out first);

    /// <inheritdoc/>
    public ValueTask WaitForRoomAsync(CancellationToken cancellation) => new(Running.Gather.WaitForRoomAsync(cancellation));

    /// <inheritdoc/>
    public bool TryAwaitCommit(LogPosition position, ICommitOwner owner, long token) =>
        Running.Waiters.TryAdd(new OwnedRecord(owner, position, token));

    /// <inheritdoc/>
    public void Dispatch(uint queue, Offset first, in CommittedRecord record)
    {
        RecordHeader header = record.Header;
        IndexedRun run = new(first.Value, header.Count, header.Position, record.PayloadBytes, header.Time, record.Location);
        if (_indexes.Dispatch(queue, run, header.Type) is { } index)
        {
            _running?.Dispatched(index, header.Count);
        }
    }

    /// <inheritdoc/>
    public bool TryReadRecent(uint queue, Offset offset, out StoredRun run)
    {
        run = default;
        return _indexes.Find(queue) is { } index && Running.TryReadRecent(index, offset, out run);
    }

    /// <inheritdoc/>
    public async ValueTask<StoredRuns> ReadAsync(uint queue, Offset offset, int maxBytes, CancellationToken cancellation) =>
        await Running.Readers.ReadAsync(connection => Running.Runs.Read(connection, queue, offset.Value, maxBytes), cancellation);

    /// <inheritdoc/>
    public async ValueTask<Offset> FindByTimeAsync(uint queue, Timestamp time, CancellationToken cancellation) =>
        await Running.Readers.ReadAsync(connection => Running.Times.Find(connection, queue, time), cancellation);

    /// <inheritdoc/>
    public async ValueTask<StoredRuns?> ReadMessageAsync(LogPosition position, CancellationToken cancellation) =>
        await Running.Readers.ReadAsync(connection => Running.Positions.Read(connection, position), cancellation);

    /// <inheritdoc/>
    public QueueExtent Extent(uint queue) => _indexes.Extent(queue);

    /// <inheritdoc/>
    public void Expire(uint queue, Offset firstRetained) => _indexes.Expire(queue, firstRetained);

    /// <inheritdoc/>
    public async ValueTask CheckpointAsync(IStateSource source, CancellationToken cancellation) =>
        await Running.Checkpoints.TakeAsync(source, cancellation);

    /// <inheritdoc/>
    public ValueTask<ReclaimReport> ReclaimAsync(CancellationToken cancellation)
    {
        // The mover does it between two transactions; nothing is carried over, for nothing shares a table with what it outlives.
        Running.Mover.AskForUpkeep();
        return ValueTask.FromResult(new ReclaimReport(0, default));
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        if (_running is not null)
        {
            await _running.Checkpoints.CloseAsync();
            await RunOnThreadAsync(() =>
            {
                _running.Dispose();
                return true;
            });
        }

        _slices.Dispose();
    }

    // Recovery and the end block on the database and on threads: for a thread of their own.
    private async Task<T> RunOnThreadAsync<T>(Func<T> work)
    {
        var done = new TaskCompletionSource<T>(TaskCreationOptions.RunContinuationsAsynchronously);
        var thread = new Thread(() =>
        {
            try
            {
                done.SetResult(work());
            }
            catch (DatabaseException failure)
            {
                done.SetException(StoreFailures.OfOpening(failure, _options.Connection));
            }
            catch (Exception failure)
            {
                done.SetException(failure);
            }
        })
        {
            Name = "forewave-store",
            IsBackground = true,
        };
        thread.Start();
        return await done.Task;
    }
}
