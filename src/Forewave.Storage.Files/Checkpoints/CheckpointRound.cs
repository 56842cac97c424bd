using Forewave.Protocol;
using Forewave.Storage.Files.Disk;
using Forewave.Storage.Files.GroupCommit;
using Forewave.Storage.Files.Manifests;
using Forewave.Storage.Files.QueueIndex;
using Forewave.Storage.Files.Recovery;
using Forewave.Storage.Files.Segments;

namespace Forewave.Storage.Files.Checkpoints;

/// <summary>
/// Takes checkpoints, one at a time: the engine's parts, then the index (never behind them), then, when the log is committed
/// up to all of it, the file's end, its sync and MANIFEST.
/// <para>
/// Cancelled or on a full disk it leaves the last checkpoint in force and deletes what it wrote. Any other failure of the disk
/// stops the store.
/// </para>
/// </summary>
internal sealed class CheckpointRound
{
    private readonly SemaphoreSlim _one = new(1);
    private readonly IDisk _disk;
    private readonly RecoveryParts _parts;
    private readonly SegmentLog _log;
    private readonly CheckpointHooks _hooks;
    private long _taken;

    public CheckpointRound(IDisk disk, RecoveryParts parts, SegmentLog log, CheckpointHooks hooks)
    {
        _disk = disk;
        _parts = parts;
        _log = log;
        _hooks = hooks;
    }

    /// <summary>Checkpoints taken.</summary>
    public long Taken => Volatile.Read(ref _taken);

    /// <summary>See <see cref="IStore.CheckpointAsync"/>.</summary>
    public async Task TakeAsync(IStateSource source, CancellationToken cancellation)
    {
        await _one.WaitAsync(cancellation);
        try
        {
            await TakeOneAsync(source, cancellation);
        }
        catch (DiskException full) when (full.Kind == DiskErrorKind.DiskFull)
        {
            throw new StoreException(ErrorCode.DiskFull, $"No checkpoint was taken: {full.Message}", full);
        }
        catch (Exception failure) when (failure is not (OperationCanceledException or StoreException))
        {
            StoreException stop = StoreFailures.OfUpkeep(failure);
            _hooks.Fail(stop);
            throw stop;
        }
        finally
        {
            _one.Release();
        }
    }

    private async Task TakeOneAsync(IStateSource source, CancellationToken cancellation)
    {
        ulong last = _parts.Manifests.Current.Checkpoint;
        DiskPath path = DataFolder.CheckpointPath(last + 1);
        bool isNamed = false;
        try
        {
            LogPosition covered = await WriteAsync(path, source, cancellation);
            (LogPlace Place, LogPosition Position) replay = PlaceOf(covered);
            isNamed = true;
            _log.Update(manifest => manifest with { Checkpoint = last + 1, ReplayFrom = replay.Place, ReplayPosition = replay.Position });
        }
        finally
        {
            if (!isNamed && _disk.Exists(path))
            {
                _disk.Delete(path);
            }
        }

        _parts.Indexes.CheckpointIsDurable();
        if (last != 0)
        {
            _disk.Delete(DataFolder.CheckpointPath(last));
        }

        Interlocked.Increment(ref _taken);
    }

    private async Task<LogPosition> WriteAsync(DiskPath path, IStateSource source, CancellationToken cancellation)
    {
        using CheckpointWriter writer = new(_disk, path);
        _hooks.Listener.CheckpointBegins();
        PartPositions positions = new(writer, _hooks.Commits.Committed);
        await source.WriteAsync(positions, cancellation);
        _parts.Indexes.WriteTo(writer);

        CommitTask committed = new();
        if (_hooks.Commits.TryAdd(new OwnedRecord(committed, positions.Tail, 0)))
        {
            await committed.Task;
        }

        writer.Finish();
        _disk.SyncFolder(path.Folder);
        return positions.Covered;
    }

    // The nearest record at or before the first that some part may lack; never before where replay begins now.
    private (LogPlace Place, LogPosition Position) PlaceOf(LogPosition covered)
    {
        LogPosition wanted = LogPosition.FromBits(covered.Bits + 1);
        Manifest manifest = _parts.Manifests.Current;
        if (_parts.Segments.Find(wanted) is { } segment
            && segment.Positions.TryFind(wanted, out int recordByte, out LogPosition first)
            && first > manifest.ReplayPosition)
        {
            return (new LogPlace(segment.Number, recordByte), first);
        }

        return (manifest.ReplayFrom, manifest.ReplayPosition);
    }
}
