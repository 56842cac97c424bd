using Forewave.Protocol;
using Forewave.Storage;

namespace Forewave.Broker.Search.Keys;

/// <summary>
/// Opens the slices after a start, writes full tables to slices, reads the keys of messages in the backlog, merges slices and drops
/// what its messages have left. One loop, whose thread blocks on the disk; everything else makes way for a table that is full. On a
/// full disk it tries again a little later, and a slice that cannot be read is given up: its messages are in the backlog then. What
/// else the store throws ends it, and with it the partition. Cancelling leaves what was not finished to the next opening.
/// </summary>
internal sealed class KeyUpkeep : IDisposable
{
    private static readonly TimeSpan Turn = TimeSpan.FromSeconds(1);

    private readonly SemaphoreSlim _due = new(0, 1);
    private readonly TaskCompletionSource _opened = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly KeyUpkeepParts _parts;
    private readonly KeyBacklog _backlog;
    private readonly KeySampling _sampling;
    private IReadOnlyList<KeySliceSize> _unopened = [];
    private int _isDue;

    public KeyUpkeep(KeyUpkeepParts parts)
    {
        _parts = parts;
        _backlog = new KeyBacklog(parts);
        _sampling = new KeySampling(parts);
        parts.Index.HasWork = Due;
    }

    /// <summary>Completes when memory has what it needs of the slices: look-ups wait for it.</summary>
    public Task Opened => _opened.Task;

    private KeyIndex Index => _parts.Index;

    private ISlices Store => _parts.Store.Slices;

    /// <summary>Asks for a turn soon. Any thread; never blocks.</summary>
    public void Due()
    {
        if (Interlocked.Exchange(ref _isDue, 1) == 0)
            _due.Release();
    }

    /// <summary>Recovery: slices that the checkpoint names, to be opened when the loop runs.</summary>
    public void Restore(IReadOnlyList<KeySliceSize> sizes) => _unopened = sizes;

    /// <summary>Slices that are not open yet: a checkpoint names them too.</summary>
    public IReadOnlyList<KeySliceSize> Unopened => Volatile.Read(ref _unopened);

    /// <summary>Works until it is cancelled.</summary>
    public async Task RunAsync(LoopPulse pulse, CancellationToken cancellation)
    {
        await using var timer = _parts.Time.CreateTimer(static loop => ((KeyUpkeep)loop!).Due(), this, Turn, Turn);
        try
        {
            while (!TryOpenAll(pulse))
                await TurnDueAsync(cancellation);
            _opened.SetResult();
            while (true)
            {
                pulse.Beat();
                await TurnAsync(pulse, cancellation);
                await TurnDueAsync(cancellation);
            }
        }
        finally
        {
            _opened.TrySetException(new RefusedException(ErrorCode.PartitionStopped));
            // Nobody may wait for it.
            _ = _opened.Task.Exception;
        }
    }

    /// <summary>Gives up a slice that cannot be read; any thread. All messages are in the backlog then.</summary>
    public void Lose(KeySliceLostException lost)
    {
        lock (Index.Gate)
        {
            if (!Index.Slices.All.Contains(lost.Slice))
                return;
            Index.Slices.Replace([lost.Slice], null);
            MissAll();
        }
        _parts.Counts.Lost.Add(1);
        SearchLog.SliceLost(_parts.Logger, lost.Slice.Number.Value, lost.Message);
    }

    /// <summary>All messages that are there now are in the backlog. Under the gate.</summary>
    public void MissAll()
    {
        foreach (uint index in _parts.Indexes())
        {
            var extent = _parts.Store.Extent(index);
            Index.Miss(new KeyRange { Index = index, First = extent.FirstRetained.Value, End = extent.End.Value });
        }
    }

    /// <summary>Deletes slices that no checkpoint names any more.</summary>
    public void DeleteUseless()
    {
        IReadOnlyList<SliceNumber> useless;
        lock (Index.Gate)
            useless = Index.Slices.TakeUseless();
        foreach (var number in useless)
            Store.Delete(number);
    }

    /// <inheritdoc/>
    public void Dispose() => _due.Dispose();

    private async ValueTask TurnDueAsync(CancellationToken cancellation)
    {
        await _due.WaitAsync(cancellation);
        Volatile.Write(ref _isDue, 0);
    }

    // False: the store cannot read at present; the rest is for the next turn.
    private bool TryOpenAll(LoopPulse pulse)
    {
        var opening = new KeyOpening(Store, pulse.Beat);
        foreach (var size in _unopened.OrderByDescending(size => size.Count))
        {
            int? folds;
            lock (Index.Gate)
                folds = Index.Slices.MakeRoom(size.Count);
            try
            {
                var slice = opening.Open(size, folds);
                lock (Index.Gate)
                    Index.Slices.Add(slice);
            }
            catch (StoreException later) when (later.MayPass())
            {
                SearchLog.ReadFailed(_parts.Logger, later.Message);
                return false;
            }
            catch (StoreException lost) when (lost.Error is ErrorCode.LogDamaged or ErrorCode.StoreUnavailable)
            {
                _parts.Counts.Lost.Add(1);
                SearchLog.SliceLost(_parts.Logger, size.Number.Value, lost.Message);
                lock (Index.Gate)
                    MissAll();
            }
            Volatile.Write(ref _unopened, [.. _unopened.Where(other => other != size)]);
        }
        return true;
    }

    private async ValueTask TurnAsync(LoopPulse pulse, CancellationToken cancellation)
    {
        try
        {
            do
            {
                WriteSealed();
                while (NextMerge() is { } merge)
                    await MergeAsync(merge, pulse, cancellation);
                DeleteUseless();
                pulse.Beat();
            }
            while (await _backlog.ReadSomeAsync(cancellation));
        }
        catch (StoreException full) when (full.MayPass())
        {
            // The timer asks for the next try; until then new messages go into the backlog when memory is full.
        }
        catch (StoreException failure) when (failure.Error == ErrorCode.StoreUnavailable)
        {
            SearchLog.ReadFailed(_parts.Logger, failure.Message);
        }
        catch (KeySliceLostException lost)
        {
            Lose(lost);
        }
    }

    private void WriteSealed()
    {
        while (true)
        {
            KeyTable? table;
            SliceNumber number;
            int? folds;
            lock (Index.Gate)
            {
                table = Index.NextSealed();
                if (table is null)
                    return;
                number = Index.Slices.NextNumber();
                folds = Index.Slices.MakeRoom(table.Count);
            }
            var slice = Write(table.Take().Sorted(), number, folds);
            lock (Index.Gate)
                Index.Written(table, slice);
        }
    }

    private KeySlice? Write(KeyEntry[] entries, SliceNumber number, int? folds)
    {
        var writer = new KeySliceWriter(Store, number, entries.Length);
        try
        {
            foreach (ref readonly var entry in entries.AsSpan())
                writer.Add(entry);
            _parts.Counts.Written.Add(writer.Count);
            return writer.Complete(folds);
        }
        catch (StoreException)
        {
            writer.Discard();
            throw;
        }
    }

    private KeyMerge? NextMerge()
    {
        IReadOnlyList<KeySlice> sources = KeyMergeChoice.Of(Index.Slices.All, _parts.Terms.TableEntries);
        if (sources.Count == 0)
            sources = _sampling.NextMostlyGone() is { } gone ? [gone] : [];
        if (sources.Count == 0)
            return null;
        SliceNumber number;
        lock (Index.Gate)
            number = Index.Slices.NextNumber();
        return new KeyMerge(Store, sources, number, new LiveMessages(_parts.Store, _parts.HasQueue));
    }

    private async ValueTask MergeAsync(KeyMerge merge, LoopPulse pulse, CancellationToken cancellation)
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
            Complete(merge);
            isDone = true;
        }
        finally
        {
            if (!isDone)
                merge.Discard();
        }
    }

    private void Complete(KeyMerge merge)
    {
        int? folds;
        lock (Index.Gate)
            folds = Index.Slices.MakeRoom(merge.Sources.Sum(source => source.Count));
        var merged = merge.Complete(folds);
        if (merged is null)
            merge.Discard();
        _parts.Counts.Written.Add(merged?.Count ?? 0);
        lock (Index.Gate)
        {
            // One of them may have been given up meanwhile; what is merged of it is right all the same.
            Index.Slices.Replace(merge.Sources, merged);
        }
    }
}
