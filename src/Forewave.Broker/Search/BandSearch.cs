using Forewave.Broker.Delivery.Priorities;
using Forewave.Broker.Delivery.Reading;
using Forewave.Broker.Search.Keys;
using Forewave.Protocol;
using Forewave.Protocol.Frames;
using Forewave.Storage;

namespace Forewave.Broker.Search;

/// <summary>Looks through one band of a queue. For one step of one search.</summary>
internal sealed class BandSearch(SearchParts parts, SearchPage page, ScanTurn scan)
{
    private const int LookedUpAtOnce = 128;

    private SearchFilter Filter => page.Query.Filter;

    /// <summary>Looks through a range until it ends or the page is full; returns the offset that comes next.</summary>
    public async ValueTask<long> RunAsync(KeyRange range, CancellationToken cancellation)
    {
        while (!range.IsEmpty && !page.IsFull)
        {
            var unknown = Filter.Key is null ? range : await parts.Keys.FirstUnknownAsync(range, cancellation);
            var known = unknown.IsEmpty ? range : range with { End = unknown.First };
            try
            {
                long next = known.IsEmpty ? await ReadAsync(unknown, cancellation) : await LookUpAsync(known, cancellation);
                range = range with { First = next };
            }
            catch (KeySliceLostException)
            {
                // What it knew is unknown now: the messages themselves are read.
            }
        }
        return range.First;
    }

    /// <summary>By the index; returns the offset that comes next.</summary>
    private async ValueTask<long> LookUpAsync(KeyRange known, CancellationToken cancellation)
    {
        ulong hash = parts.Hashing.Of(known.Index, Filter.Key!.Value.Span);
        var offsets = await parts.Keys.FindAsync(hash, known, LookedUpAtOnce, cancellation);
        for (int i = 0; i < offsets.Count && !page.IsFull;)
        {
            using var runs = await parts.Store.ReadAsync(known.Index, new Offset(offsets[i]), 1, cancellation);
            // It may have left the queue meanwhile.
            bool isThere = runs.Count > 0 && runs[0].First.Value == offsets[i];
            var run = isThere ? runs[0] : default;
            long end = isThere ? offsets[i] + run.Count : offsets[i] + 1;
            int wanted = 1;
            while (i + wanted < offsets.Count && offsets[i + wanted] < end)
                wanted++;
            long? next = isThere ? Take(run, offsets.Skip(i).Take(wanted)) : null;
            // After what it is for: a step goes on, however long the read took.
            page.Read(isThere ? run.Messages.Length : 0);
            if (next is { } full)
                return full;
            i += wanted;
            if (page.IsFull && i < offsets.Count)
                return offsets[i];
        }
        return offsets.Count < LookedUpAtOnce ? known.End : offsets[^1] + 1;
    }

    /// <summary>By reading a piece; returns the offset that comes next.</summary>
    private async ValueTask<long> ReadAsync(KeyRange range, CancellationToken cancellation)
    {
        scan.Take();
        using var runs = await parts.Store.ReadAsync(range.Index, new Offset(range.First), parts.Pace.PieceBytes, cancellation);
        int bytes = 0;
        long next = runs.Count == 0 ? range.End : range.First;
        for (int i = 0; i < runs.Count && next < range.End; i++)
        {
            var run = runs[i];
            bytes += run.Messages.Length;
            next = Math.Min(range.End, run.First.Value + run.Count);
            if (Take(run, All(run, next)) is { } full)
            {
                next = full;
                break;
            }
        }
        await parts.Pace.TakeAsync(bytes, cancellation);
        page.Read(bytes);
        return next;
    }

    private static IEnumerable<long> All(StoredRun run, long end)
    {
        for (long offset = run.First.Value; offset < end; offset++)
            yield return offset;
    }

    /// <summary>Adds those of some messages of a run that are looked for. Not null: the page is full, and this offset comes next.</summary>
    private long? Take(in StoredRun run, IEnumerable<long> offsets)
    {
        if (run.Damaged)
        {
            page.Damaged += offsets.Count();
            return null;
        }
        var walk = new MessageRun(run.Messages.Span);
        long at = run.First.Value - 1;
        foreach (long offset in offsets)
        {
            if (page.IsFull)
                return offset;
            while (at < offset && walk.MoveNext())
                at++;
            page.Look();
            if (!Filter.Matches(walk.Current))
                continue;
            if (!page.HasRoomFor(walk.Current.Length))
            {
                page.Fill();
                return offset;
            }
            page.Add(Found(run, offset, walk.Current));
        }
        page.Reached = run.Header.Time;
        return null;
    }

    private static FoundMessage Found(in StoredRun run, long offset, ReadOnlySpan<byte> encoded)
    {
        var view = new RunView(run) { Skipped = 0, ByteOffset = 0 };
        return new FoundMessage
        {
            Id = view.PositionOf(offset),
            Offset = PriorityBand.OfIndex(run.Header.Queue).OnWire(offset),
            PublishTime = new Timestamp(view.PublishTime),
            QueuedTime = run.Header.Time,
            Message = encoded.ToArray(),
        };
    }
}
