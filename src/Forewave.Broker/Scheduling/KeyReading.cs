using Forewave.Protocol;

namespace Forewave.Broker.Scheduling;

/// <summary>
/// Reads, from disk, the keys of messages that memory did not have any more when they were dispatched. For whoever has the
/// scheduler's turn; what throws or is cancelled leaves the rest for the next time.
/// </summary>
internal sealed class KeyReading(SchedulerParts parts)
{
    private const int RangesAtATime = 4_096;
    private const int WindowBytes = 512 * 1024;

    /// <summary>Reads all that are missing.</summary>
    /// <exception cref="Forewave.Storage.StoreException">The store could not read.</exception>
    public async ValueTask ReadAllAsync(CancellationToken cancellation)
    {
        while (await ReadSomeAsync(cancellation))
            cancellation.ThrowIfCancellationRequested();
    }

    /// <summary>Reads some that are missing; false: none is.</summary>
    /// <exception cref="Forewave.Storage.StoreException">The store could not read.</exception>
    public async ValueTask<bool> ReadSomeAsync(CancellationToken cancellation)
    {
        var missing = parts.Fold.WithoutKeys;
        if (!missing.TryPeek(out var range))
            return false;
        long end = await ReadAsync(range, AdjoiningEnd(), cancellation);
        while (missing.TryPeek(out var done) && done.Lane == range.Lane && EndOf(done) <= end)
            missing.Dequeue();
        return true;
    }

    /// <summary>Where the ranges end that follow the first one without a gap.</summary>
    private Offset AdjoiningEnd()
    {
        var first = parts.Fold.WithoutKeys.Peek();
        long end = first.First.Value;
        foreach (var range in parts.Fold.WithoutKeys.Take(RangesAtATime).TakeWhile(range => range.Lane == first.Lane && range.First.Value == end))
            end = EndOf(range);
        return new Offset(end);
    }

    /// <summary>Reads a window; returns the place after the last one read.</summary>
    private async ValueTask<long> ReadAsync(LaneRange range, Offset end, CancellationToken cancellation)
    {
        using var runs = await parts.Store.ReadAsync(range.Lane.Number.Value, range.First, WindowBytes, cancellation);
        long read = EndOf(range);
        for (int i = 0; i < runs.Count && runs[i].First < end; i++)
        {
            var run = new LaneRun(runs[i]);
            if (!run.Run.Damaged)
                parts.Fold.AddKeys(new LaneRange(range.Lane, run.Run.First, run.Run.Count), run.Run.Messages.Span[run.HeadBytes..]);
            read = Math.Max(read, run.Run.First.Value + run.Run.Count);
        }
        return read;
    }

    private static long EndOf(in LaneRange range) => range.First.Value + range.Count;
}
