using Forewave.Protocol;
using Forewave.Storage.Files.ColdReads;
using Forewave.Storage.Files.Disk;
using Forewave.Storage.Files.Recovery;
using Forewave.Storage.Files.Segments;

namespace Forewave.Storage.Files.Reclaim;

/// <summary>
/// One round of giving segments back: those of which nothing is needed any more become spare files, those of which little is
/// needed are carried over first.
/// <para>
/// A segment goes when no checkpoint that is kept replays it or finds anything in it: so it has to be dead before the older of
/// the last two began. On a full disk that one is given up. One round at a time, on the caller's thread; a full disk ends a round, another failure stops the store.
/// </para>
/// </summary>
internal sealed class ReclaimRound
{
    /// <summary>Live messages that one round carries, about: keeps the log free for publishes.</summary>
    private const long MaxCarriedBytes = 32L * 1024 * 1024;

    private readonly SemaphoreSlim _one = new(1);
    private readonly FilesStoreOptions _options;
    private readonly RecoveryParts _parts;
    private readonly SegmentLog _log;
    private readonly CarryOver _carryOver;
    private readonly ColdReaders _readers;
    private readonly SummaryRebuild _rebuild;
    private readonly ReclaimHooks _hooks;

    // Dead segments, and how many checkpoints had begun when that was found.
    private readonly Dictionary<SegmentNumber, long> _deadSince = [];

    // Segments more than half of which was needed, and how often something had been let go when that was found.
    private readonly Dictionary<SegmentNumber, long> _liveAt = [];

    // Out of the table, but in MANIFEST as long as the disk is too full for another one.
    private readonly List<Segment> _removed = [];
    private readonly CancellationTokenSource _closing = new();
    private long _recycled;

    public ReclaimRound(FilesStoreOptions options, RecoveryParts parts, SegmentLog log, CarryOver carryOver, ColdReaders readers, ReclaimHooks hooks)
    {
        _options = options;
        _parts = parts;
        _log = log;
        _carryOver = carryOver;
        _readers = readers;
        _rebuild = new SummaryRebuild(options, parts);
        _hooks = hooks;
    }

    /// <summary>Segments given back since the store was opened.</summary>
    public long Recycled => Volatile.Read(ref _recycled);

    /// <summary>See <see cref="IStore.ReclaimAsync"/>.</summary>
    public async Task<ReclaimReport> RunAsync(CancellationToken cancellation)
    {
        using CancellationTokenSource either = CancellationTokenSource.CreateLinkedTokenSource(cancellation, _closing.Token);
        await _one.WaitAsync(cancellation);
        try
        {
            either.Token.ThrowIfCancellationRequested();
            _carryOver.TurnCommitted();
            int recycled = Recycle();
            _hooks.MayGrow();
            long carried = await FindDeadAsync(either.Token);
            return new ReclaimReport(recycled, new ByteCount(carried));
        }
        catch (OperationCanceledException) when (_closing.IsCancellationRequested)
        {
            throw new StoreException(ErrorCode.ShuttingDown, "Nothing was recycled: the store is closing.");
        }
        catch (DiskException full) when (full.IsRefusal())
        {
            throw new StoreException(ErrorCode.DiskFull, $"Nothing was recycled: {full.Message}", full);
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

    /// <summary>Cancels a round, waits for its end and refuses later ones: nothing touches the folder after that.</summary>
    public async Task CloseAsync()
    {
        _closing.Cancel();
        await _one.WaitAsync(CancellationToken.None);
        _one.Release();
    }

    // MANIFEST forgets a segment before its file is written again.
    private int Recycle()
    {
        if (_hooks.IsDiskFull() && _deadSince.Values.Any(since => since < _hooks.Checkpoints.Durable))
        {
            _hooks.Checkpoints.GiveUpPrevious();
        }

        List<SegmentNumber> dead = _deadSince.Where(pair => pair.Value < _hooks.Checkpoints.OldestKept).Select(pair => pair.Key).ToList();
        _removed.AddRange(_parts.Segments.Remove(dead));
        if (_removed.Count == 0)
        {
            return 0;
        }

        HashSet<SegmentNumber> gone = [.. _removed.Select(segment => segment.Number)];
        _log.Update(manifest => manifest with { Segments = manifest.Segments.RemoveAll(entry => gone.Contains(entry.Number)) });
        int enough = _options.ReservedSegments + _options.SpareSegments;
        foreach (Segment segment in _removed)
        {
            foreach (SegmentPart part in segment.Parts)
            {
                _parts.Spares.Return(part.File, enough);
            }

            _parts.Summaries.Delete(segment.Number);
            _deadSince.Remove(segment.Number);
            _liveAt.Remove(segment.Number);
        }

        _removed.Clear();
        Interlocked.Add(ref _recycled, gone.Count);
        return gone.Count;
    }

    private async Task<long> FindDeadAsync(CancellationToken cancellation)
    {
        long carried = 0;
        SegmentNumber replayed = _parts.Manifests.Current.ReplayFrom.Segment;
        foreach (Segment segment in _parts.Segments.Snapshot())
        {
            bool isOld = segment.IsSealed && segment.Number.CompareTo(replayed) < 0 && !_deadSince.ContainsKey(segment.Number);
            long expirations = _parts.Indexes.Expirations;
            bool isLive = _liveAt.TryGetValue(segment.Number, out long lookedAt) && lookedAt == expirations;
            if (!isOld || isLive || await SummaryOfAsync(segment, cancellation) is not { } summary)
            {
                continue;
            }

            long live = summary.LiveBytes(_parts.Indexes);
            NoteLive(segment.Number, new ByteCount(live), expirations);
            if (live > 0 && !MayCarry(new ByteCount(live), carried))
            {
                continue;
            }

            carried += live > 0 ? await _carryOver.CarryAsync(segment.Number, summary, cancellation) : 0;
            _deadSince[segment.Number] = _hooks.Checkpoints.Begun;
        }

        if (_deadSince.Count > 0)
        {
            _hooks.CheckpointHelps();
        }

        return carried;
    }

    // Its summary need not be read in the next rounds unless something was let go: with thousands of queues that is work.
    private void NoteLive(SegmentNumber number, ByteCount live, long expirations)
    {
        if (live.Value >= _options.SegmentBytes / 2)
        {
            _liveAt[number] = expirations;
        }
        else
        {
            _liveAt.Remove(number);
        }
    }

    // On a full disk there is no room for it; what is dead is found all the same.
    private bool MayCarry(ByteCount live, long carried) =>
        live.Value < _options.SegmentBytes / 2 && (carried == 0 || carried + live.Value <= MaxCarriedBytes) && !_hooks.IsDiskFull();

    // The next checkpoint writes what is made anew.
    private async Task<SegmentSummary?> SummaryOfAsync(Segment segment, CancellationToken cancellation)
    {
        if ((segment.Summary ?? _parts.Summaries.Read(segment.Number)) is { } known)
        {
            return known;
        }

        SegmentSummary? rebuilt = await _readers.ReadAsync(() => _rebuild.Read(segment.Number), cancellation);
        segment.Summary = rebuilt;
        return rebuilt;
    }
}
