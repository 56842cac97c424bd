using Forewave.Broker.Delivery.Cursors;
using Forewave.Broker.Delivery.Priorities;
using Forewave.Broker.Delivery.Records;
using Forewave.Broker.Delivery.Subscriptions;

namespace Forewave.Broker.Delivery.Groups;

/// <summary>
/// The leases that a consumer lists when it comes back, in an order in which they are found without looking at all of them:
/// 10,000 ranges against as many leases are a few milliseconds of the loop, not a hundred million comparisons. Ranges of one
/// attempt may overlap. Immutable.
/// </summary>
internal sealed class HeldLeases
{
    private readonly RecordRun[] _runs;

    /// <summary>Takes those in a band of priority.</summary>
    public HeldLeases(ReadOnlySpan<HeldRange> held, PriorityBand band = default)
    {
        List<RecordRun> runs = new(held.Length);
        foreach (var range in held)
        {
            if (PriorityBand.OfOffset(range.First.Value) == band)
                runs.Add(new RecordRun(PriorityBand.InBand(range.First.Value), range.Count, range.Attempt.Value));
        }
        runs.Sort(Compare);
        _runs = [.. Joined(runs)];
    }

    /// <summary>The part of a run of leases that is not held, in the order of its offsets.</summary>
    public void CollectGaps(in RecordRun run, List<RecordRun> gaps)
    {
        long at = run.First;
        for (int i = FirstPast(run.First, run.Attempt); i < _runs.Length && at < run.End; i++)
        {
            var held = _runs[i];
            if (held.Attempt != run.Attempt || held.First >= run.End)
                break;
            Add(gaps, OffsetSpan.Of(at, (int)Math.Max(0, held.First - at)), run.Attempt);
            at = held.End;
        }
        Add(gaps, new OffsetSpan { First = at, End = run.End }, run.Attempt);
    }

    /// <summary>What is held of some offsets, in their order, each offset once, under the attempt that is listed for it.</summary>
    public IEnumerable<RecordRun> In(OffsetSpan span)
    {
        long next = span.First;
        foreach (var run in _runs.OrderBy(run => run.First))
        {
            long first = Math.Max(run.First, next);
            long end = Math.Min(run.End, span.End);
            if (first >= end)
                continue;
            next = end;
            yield return new RecordRun(first, (int)(end - first), run.Attempt);
        }
    }

    private static int Compare(RecordRun one, RecordRun other) =>
        one.Attempt != other.Attempt ? one.Attempt.CompareTo(other.Attempt) : one.First.CompareTo(other.First);

    private static IEnumerable<RecordRun> Joined(List<RecordRun> sorted)
    {
        RecordRun? last = null;
        foreach (var run in sorted)
        {
            if (last is { } open && open.Attempt == run.Attempt && run.First <= open.End && run.End - open.First <= int.MaxValue)
            {
                last = open with { Count = (int)(Math.Max(open.End, run.End) - open.First) };
                continue;
            }
            if (last is { } done)
                yield return done;
            last = run;
        }
        if (last is { } rest)
            yield return rest;
    }

    // The first run of the attempt that ends past the offset, or the first one after the attempt.
    private int FirstPast(long offset, uint attempt)
    {
        int low = 0, high = _runs.Length;
        while (low < high)
        {
            int middle = (low + high) / 2;
            var run = _runs[middle];
            if (run.Attempt < attempt || (run.Attempt == attempt && run.End <= offset))
                low = middle + 1;
            else
                high = middle;
        }
        return low;
    }

    private static void Add(List<RecordRun> runs, OffsetSpan span, uint attempt)
    {
        if (span.End > span.First)
            runs.Add(new RecordRun(span.First, (int)(span.End - span.First), attempt));
    }
}
