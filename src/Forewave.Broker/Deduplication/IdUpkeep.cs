using Forewave.Broker.Deduplication.Slices;
using Forewave.Protocol;
using Forewave.Storage;
using Microsoft.Extensions.Logging;

namespace Forewave.Broker.Deduplication;

/// <summary>
/// Writes sealed tables to slices, merges slices and drops what has left its window. One loop, whose thread blocks on the disk; a
/// merge makes way for each table that is full. On a full disk it tries again a little later; a slice that cannot be read is
/// reported and merged no more; what else the store throws ends it, and with it the partition.
/// </summary>
internal sealed class IdUpkeep : IDisposable
{
    private static readonly TimeSpan Turn = TimeSpan.FromSeconds(1);

    private readonly SemaphoreSlim _due = new(0, 1);
    private readonly KnownIds _known;
    private readonly ISlices _store;
    private readonly TimeProvider _time;
    private readonly DeduplicationCounts _counts;
    private readonly ILogger _logger;
    private int _isDue;

    public IdUpkeep(KnownIds known, ISlices store, TimeProvider time, DeduplicationCounts counts, ILogger logger)
    {
        _logger = logger;
        _known = known;
        _store = store;
        _time = time;
        _counts = counts;
        known.OnSealed = Due;
    }

    /// <summary>Asks for a turn soon. Any thread; never blocks.</summary>
    public void Due()
    {
        if (Interlocked.Exchange(ref _isDue, 1) == 0)
            _due.Release();
    }

    /// <summary>Works until it is cancelled.</summary>
    public async Task RunAsync(LoopPulse pulse, CancellationToken cancellation)
    {
        await using var timer = _time.CreateTimer(static loop => ((IdUpkeep)loop!).Due(), this, Turn, Turn);
        try
        {
            while (true)
            {
                await _due.WaitAsync(cancellation);
                Volatile.Write(ref _isDue, 0);
                pulse.Beat();
                await TurnAsync(pulse, cancellation);
            }
        }
        finally
        {
            _known.Stop();
        }
    }

    /// <summary>Drops what is gone, writes what is sealed, merges while there is something to merge.</summary>
    public async ValueTask TurnAsync(LoopPulse pulse, CancellationToken cancellation)
    {
        // What goes makes room for the rest.
        DropGone();
        DeleteUseless();
        try
        {
            WriteSealed();
            while (await MergeSomeAsync(pulse, cancellation))
                DeleteUseless();
        }
        catch (StoreException full) when (full.MayPass())
        {
            // The timer asks for the next try; until then publishes with ids are refused once memory is full.
            lock (_known.Gate)
                _known.Refused();
        }
    }

    /// <summary>For recovery, when no loop runs: writes what is sealed, or leaves it to the loop where the disk is full.</summary>
    public void TryWriteSealed()
    {
        try
        {
            WriteSealed();
        }
        catch (StoreException full) when (full.MayPass())
        {
            lock (_known.Gate)
                _known.Refused();
        }
    }

    /// <summary>Writes what is sealed.</summary>
    public void WriteSealed()
    {
        IdTable? table;
        IdSliceTerms terms;
        KnownId[] ids;
        lock (_known.Gate)
        {
            table = _known.Sealed;
            if (table is null)
                return;
            ids = table.ToArray();
            terms = _known.Slices.TermsOfSealed(ids.Length, new IdTime(ids.Min(known => known.Time.Milliseconds)));
        }
        Sort(ids);
        var slice = Write(ids, terms);
        lock (_known.Gate)
            _known.Written(slice);
    }

    /// <summary>Deletes slices that no checkpoint names any more.</summary>
    public void DeleteUseless()
    {
        IReadOnlyList<IdSlice> useless;
        lock (_known.Gate)
            useless = _known.Slices.TakeUseless();
        _known.Slices.Delete(useless);
    }

    /// <inheritdoc/>
    public void Dispose() => _due.Dispose();

    /// <summary>By hash; hardly ever is its upper half not enough.</summary>
    private static void Sort(KnownId[] ids)
    {
        ulong[] upper = new ulong[ids.Length];
        for (int i = 0; i < ids.Length; i++)
            upper[i] = ids[i].Hash.High;
        Array.Sort(upper, ids);
        for (int i = 1; i < ids.Length; i++)
        {
            if (upper[i] == upper[i - 1])
            {
                Array.Sort(ids, static (left, right) => left.Hash.CompareTo(right.Hash));
                return;
            }
        }
    }

    /// <summary>Makes one slice of some. False: there is nothing to merge.</summary>
    private async ValueTask<bool> MergeSomeAsync(LoopPulse pulse, CancellationToken cancellation)
    {
        try
        {
            if (NextMerge() is not { } merge)
                return false;
            await MergeAsync(merge, pulse, cancellation);
        }
        catch (SliceDamagedException damage)
        {
            lock (_known.Gate)
                damage.Slice.IsDamaged = true;
            _counts.Damaged.Add(1);
            DeduplicationLog.SliceDamaged(_logger, damage.Slice.Number.Value, damage.Page.Value, damage);
        }
        return true;
    }

    private IdSlice? Write(KnownId[] ids, in IdSliceTerms terms)
    {
        var now = _known.Clock.Now;
        var writer = new IdSliceWriter(_store, terms);
        try
        {
            foreach (ref readonly var known in ids.AsSpan())
            {
                var window = _known.WindowOf(known.Queue);
                if (known.Time.IsWithin(window, now))
                    writer.Add(known, window);
            }
            _counts.Written.Add(writer.Count);
            return writer.Complete();
        }
        catch (StoreException)
        {
            writer.Discard();
            throw;
        }
    }

    private void DropGone()
    {
        var now = _known.Clock.Now;
        lock (_known.Gate)
        {
            var gone = _known.Slices.All.Where(slice => slice.IsGone(now)).ToArray();
            if (gone.Length > 0)
                _known.Slices.Replace(gone, null);
        }
    }

    private SliceMerge? NextMerge()
    {
        var now = _known.Clock.Now;
        IReadOnlyList<IdSlice> sources;
        IdSliceTerms terms;
        lock (_known.Gate)
        {
            sources = MergeChoice.Of(_known.Slices.All, _known.Terms.TableIds, now);
            if (sources.Count == 0)
                return null;
            terms = _known.Slices.TermsOfMerged(sources);
        }
        return new SliceMerge(_store, sources, new IdSliceWriter(_store, terms), _known.WindowOf, now);
    }

    private async ValueTask MergeAsync(SliceMerge merge, LoopPulse pulse, CancellationToken cancellation)
    {
        bool isDone = false;
        try
        {
            while (!merge.Step())
            {
                pulse.Beat();
                WriteSealed();
                // Others want the thread too.
                await Task.Yield();
                cancellation.ThrowIfCancellationRequested();
            }
            var merged = merge.Complete();
            _counts.Written.Add(merged?.Count ?? 0);
            lock (_known.Gate)
                _known.Slices.Replace(merge.Sources, merged);
            isDone = true;
        }
        finally
        {
            if (!isDone)
                merge.Discard();
        }
    }
}
