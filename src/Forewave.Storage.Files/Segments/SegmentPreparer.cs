using Forewave.Protocol;
using Forewave.Storage.Files.Disk;
using Forewave.Storage.Files.GroupCommit;
using Forewave.Storage.Files.QueueIndex;
using Forewave.Storage.Files.Recovery;

namespace Forewave.Storage.Files.Segments;

/// <summary>
/// Keeps segments ready ahead of the log's end, and spare files behind them: the writer never waits for a file to be made.
/// Guards the disk: when no file can be made and only the reserve is left, or MANIFEST or a part of the queue index finds
/// no room, publishes are refused and the reserve serves the rest.
/// <para>
/// <see cref="Step"/> runs on one thread and does not throw: a failure stops the store, but for a full disk.
/// </para>
/// </summary>
internal sealed class SegmentPreparer : IDisposable
{
    private const int Ahead = 2;

    private readonly FilesStoreOptions _options;
    private readonly SpareSegments _spares;
    private readonly SegmentLog _log;
    private readonly Gather _gather;
    private readonly Action<StoreException> _fail;
    private readonly QueueIndexes _indexes;
    private readonly SegmentGrowth _growth;
    private readonly GrowthPace _pace;
    private bool _hasFailed;
    private volatile bool _growthFailed;
    private volatile bool _prepareWaits;
    private bool _prepareFailed;

    public SegmentPreparer(
        FilesStoreOptions options,
        SegmentLog log,
        RecoveryParts parts,
        Gather gather,
        GrowthPace pace,
        Action<StoreException> fail)
    {
        _pace = pace;
        _options = options;
        _log = log;
        _spares = parts.Spares;
        _indexes = parts.Indexes;
        _gather = gather;
        _fail = fail;
        _growth = new SegmentGrowth(options.Disk, options.SegmentBytes);
    }

    /// <summary>Something may have become free: try again to make files.</summary>
    public void RetryGrowth()
    {
        _growthFailed = false;
        _prepareWaits = false;
    }

    /// <summary>Prepares one segment or fills one piece of a spare file; false: all is ready, or the disk is full.</summary>
    public bool Step()
    {
        if (_hasFailed || _gather.Failure is not null || _gather.IsClosed)
        {
            return false;
        }

        try
        {
            return TryPrepare() || TryGrow();
        }
        catch (DiskException full) when (full.IsRefusal())
        {
            _growthFailed = true;
            NoteFullness();
            return false;
        }
        catch (Exception failure)
        {
            _hasFailed = true;
            _fail(StoreFailures.OfUpkeep(failure));
            return false;
        }
    }

    /// <summary>Deletes a file that was being made. After the last step.</summary>
    public void Dispose()
    {
        _pace.Dispose();
        _growth.Abandon();
    }

    private bool TryPrepare()
    {
        NoteFullness();
        int keep = _gather.IsDiskFull ? 0 : _options.ReservedSegments;
        if (_prepareWaits || _gather.PreparedSegments >= Ahead || !_spares.TryTake(keep, out SegmentFileId file))
        {
            return false;
        }

        try
        {
            _gather.AddPrepared(_log.Prepare(file));
            _prepareFailed = false;
            NoteFullness();
            return true;
        }
        catch (DiskException full) when (full.IsRefusal())
        {
            _spares.Add(file);
            _prepareFailed = _prepareWaits = true;
            throw;
        }
    }

    private bool TryGrow()
    {
        if (_spares.Count >= _options.ReservedSegments + _options.SpareSegments || !CanGrow)
        {
            return false;
        }

        bool isUrgent = _spares.Count - _options.ReservedSegments < Ahead;
        bool isWaitedFor = isUrgent && _gather.PreparedSegments < Ahead;
        int stepBytes = isWaitedFor ? GrowthPace.LargestStepBytes : _pace.NextStepBytes(isUrgent);
        if (stepBytes == 0)
        {
            return false;
        }

        try
        {
            if (_growth.Step(stepBytes, _spares, out SegmentFileId whole))
            {
                _spares.Add(whole);
                NoteFullness();
            }

            return true;
        }
        catch (DiskException full) when (full.Kind == DiskErrorKind.DiskFull)
        {
            // Even in a sync: the file is gone, and nobody knew of it.
            _growthFailed = true;
            NoteFullness();
            return false;
        }
    }

    private bool CanGrow => !_growthFailed && _options.Disk.FreeBytes - _options.SegmentBytes >= _options.MinFreeBytes;

    // Once full it stays so until there is more than the reserve: what is prepared from the reserve is not for publishes.
    private void NoteFullness()
    {
        bool onlyReserve = _spares.Count <= _options.ReservedSegments && !CanGrow;
        bool isFull = _prepareFailed || IndexWaits() || (onlyReserve && (_gather.IsDiskFull || _gather.PreparedSegments == 0));
        if (isFull != _gather.IsDiskFull)
        {
            _gather.IsDiskFull = isFull;
        }
    }

    // Tried once; then again when something may have become free.
    private bool IndexWaits()
    {
        if (!_indexes.HasWaiting)
        {
            return false;
        }

        _growthFailed = _growthFailed || !_indexes.TryWriteWaiting();
        return _growthFailed;
    }
}
