using System.Buffers;
using Forewave.Protocol;
using Forewave.Storage.Commits;
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
/// The one before the last is kept with everything that it needs (segments, index blocks): a restart falls back on it when the
/// last one rotted. Cancelled or on a full disk it leaves the last checkpoint in force and deletes what it wrote. Any other
/// failure of the disk stops the store.
/// </para>
/// </summary>
internal sealed class CheckpointRound
{
    private readonly SemaphoreSlim _one = new(1);
    private readonly Lock _keeping = new();
    private readonly CancellationTokenSource _closing = new();
    private readonly IDisk _disk;
    private readonly RecoveryParts _parts;
    private readonly SegmentLog _log;
    private readonly CheckpointHooks _hooks;
    private long _taken;
    private long _begun;
    private long _durable;
    private long _oldestKept;

    public CheckpointRound(IDisk disk, RecoveryParts parts, SegmentLog log, CheckpointHooks hooks)
    {
        _disk = disk;
        _parts = parts;
        _log = log;
        _hooks = hooks;
    }

    /// <summary>Checkpoints taken.</summary>
    public long Taken => Volatile.Read(ref _taken);

    /// <summary>Checkpoints that have begun.</summary>
    public long Begun => Volatile.Read(ref _begun);

    /// <summary>Number of the last one that is durable, counted as they began.</summary>
    public long Durable => Volatile.Read(ref _durable);

    /// <summary>Number of the oldest one that a restart may begin with, counted as they began; 0: one of an earlier opening.</summary>
    public long OldestKept => Volatile.Read(ref _oldestKept);

    /// <summary>Gives up the checkpoint before the last, so that what it needs becomes free. Durable when it returns.</summary>
    public void GiveUpPrevious()
    {
        lock (_keeping)
        {
            if (_oldestKept < _durable)
            {
                Delete(_parts.Manifests.Current.Checkpoint - 1);
                _disk.SyncFolder(StoreFolder.Checkpoints);
                Volatile.Write(ref _oldestKept, _durable);
            }
        }
    }

    /// <summary>See <see cref="IStore.CheckpointAsync"/>.</summary>
    public async Task TakeAsync(IStateSource source, CancellationToken cancellation)
    {
        using CancellationTokenSource either = CancellationTokenSource.CreateLinkedTokenSource(cancellation, _closing.Token);
        await _one.WaitAsync(cancellation);
        try
        {
            either.Token.ThrowIfCancellationRequested();
            await TakeOneAsync(source, either.Token);
        }
        catch (OperationCanceledException) when (_closing.IsCancellationRequested)
        {
            throw new StoreException(ErrorCode.ShuttingDown, "No checkpoint was taken: the store is closing.");
        }
        catch (DiskException full) when (full.IsRefusal())
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

    /// <summary>
    /// Cancels the one that is being taken and waits for its end; later ones are refused. The folder's lock is held until then:
    /// another process must not find this one at work on MANIFEST.
    /// </summary>
    public async Task CloseAsync()
    {
        _closing.Cancel();
        await _one.WaitAsync(CancellationToken.None);
        _one.Release();
    }

    private async Task TakeOneAsync(IStateSource source, CancellationToken cancellation)
    {
        long begun = Interlocked.Increment(ref _begun);
        ulong last = _parts.Manifests.Current.Checkpoint;
        DiskPath path = StoreFolder.CheckpointPath(last + 1);
        bool isNamed = false;
        try
        {
            ReplayStart replay = await WriteAsync(path, source, cancellation);
            isNamed = true;
            _log.Update(manifest => manifest with { Checkpoint = last + 1, ReplayFrom = replay.Place, ReplayPosition = replay.Position });
            DropSummaries(replay.Place.Segment);
        }
        catch (DiskException full) when (full.IsRefusal())
        {
            isNamed = false;
            throw;
        }
        finally
        {
            if (!isNamed && _disk.Exists(path))
            {
                _disk.Delete(path);
            }
        }

        KeepLastTwo(last, begun);
        Interlocked.Increment(ref _taken);
    }

    private void KeepLastTwo(ulong last, long begun)
    {
        lock (_keeping)
        {
            Volatile.Write(ref _oldestKept, _durable);
            Volatile.Write(ref _durable, begun);
            if (_parts.Indexes.IsRebuilt)
            {
                // The last one's index is of files that were lost.
                Delete(last);
                _disk.SyncFolder(StoreFolder.Checkpoints);
                Volatile.Write(ref _oldestKept, begun);
            }

            _parts.Indexes.CheckpointIsDurable();
            if (last != 0)
            {
                Delete(last - 1);
            }
        }
    }

    private void Delete(ulong checkpoint)
    {
        DiskPath path = StoreFolder.CheckpointPath(checkpoint);
        if (_disk.Exists(path))
        {
            _disk.Delete(path);
        }
    }

    private async Task<ReplayStart> WriteAsync(DiskPath path, IStateSource source, CancellationToken cancellation)
    {
        using CheckpointWriter writer = new(_disk, path);
        _hooks.Listener.CheckpointBegins();
        // In this order: what begins to be held after the look at it lies beyond what was committed before.
        PartPositions positions = new(writer, _hooks.Commits.Committed);
        positions.Hold(_hooks.Held());
        await source.WriteAsync(positions, cancellation);
        _parts.Indexes.WriteTo(writer);

        CommitTask committed = new();
        if (_hooks.Commits.TryAdd(new OwnedRecord(committed, positions.Tail, 0)))
        {
            await committed.Task;
        }

        ReplayStart replay = PlaceOf(positions.Covered);
        WriteSummaries(writer, replay.Place.Segment);
        replay.WriteTo(writer);
        writer.Finish();
        _disk.SyncFolder(path.Folder);
        return replay;
    }

    // What is replayed is summed up again from here; what is not gets its file.
    private void WriteSummaries(CheckpointWriter writer, SegmentNumber replayed)
    {
        bool hasNew = false;
        ArrayBufferWriter<byte> encoded = new();
        foreach (Segment segment in _parts.Segments.Snapshot())
        {
            if (segment.Summary is not { } summary)
            {
                continue;
            }

            encoded.ResetWrittenCount();
            summary.Encode(segment.Positions, encoded);
            if (segment.Number.CompareTo(replayed) >= 0)
            {
                writer.Write(new StatePart(StateKind.StoreSegment, segment.Number.Value, LogPosition.None, LogPosition.None), encoded.WrittenSpan);
            }
            else
            {
                _parts.Summaries.Write(segment.Number, encoded.WrittenSpan);
                segment.Copies = summary.Copies;
                hasNew = true;
            }
        }

        if (hasNew)
        {
            _parts.Summaries.SyncNames();
        }
    }

    private void DropSummaries(SegmentNumber replayed)
    {
        foreach (Segment segment in _parts.Segments.Snapshot().Where(segment => segment.Number.CompareTo(replayed) < 0))
        {
            segment.Summary = null;
        }
    }

    // The nearest noted record at or before the last that every part has: it is committed, so replay finds a record there and
    // with it the time before which the clock must not go. Never before where replay begins now.
    private ReplayStart PlaceOf(LogPosition covered)
    {
        Manifest manifest = _parts.Manifests.Current;
        if (_parts.Segments.Find(covered) is { } segment
            && segment.Positions.TryFind(covered, out int recordByte, out LogPosition first)
            && first > manifest.ReplayPosition)
        {
            return new ReplayStart(new LogPlace(segment.Number, recordByte), first);
        }

        return new ReplayStart(manifest.ReplayFrom, manifest.ReplayPosition);
    }
}
