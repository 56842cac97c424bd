using Forewave.Broker.Scheduling;
using Forewave.Broker.Scheduling.Pending;
using Forewave.Protocol;
using Forewave.Protocol.Frames;
using Forewave.Storage;

namespace Forewave.Broker.Search;

/// <summary>
/// Looks through what is scheduled for a queue: by the scheduler's own chains of keys, or lane by lane. Messages are read beside the
/// scheduler, which is asked only whether those that match are pending still. For one step of one search.
/// </summary>
internal sealed class ScheduledSearch(SearchParts parts, SearchPage page, ScanTurn scan)
{
    private readonly List<Candidate> _candidates = [];

    private uint Queue => page.Query.Queue.Id;

    private SearchFilter Filter => page.Query.Filter;

    /// <summary>Looks until there is no more, or the page is full.</summary>
    public async ValueTask RunAsync(CancellationToken cancellation)
    {
        bool isFirst = page.Position.IsFirst;
        var places = await parts.Scheduling.InTurnAsync(PlacesAsync, cancellation);
        foreach (var place in places)
        {
            for (long at = place.First; at < place.End; at = page.Position.Offset)
            {
                page.Position = page.Position with { Index = place.Lane, Offset = at };
                if (page.IsFull)
                    return;
                await ReadAsync(place with { First = at }, cancellation);
            }
        }
        // What is not pending any more because it comes out just now is found in the queue, when that is committed.
        if (!page.IsFull && !(isFirst && places.Count == 0))
            await parts.UntilDispatchedAsync(cancellation);
        // The last page may be full just now: the next step finds that there is no more.
        if (!page.IsFull || places.Count == 0)
            page.Position = page.Position with { Index = 0, Offset = 0 };
        else
            page.Position = page.Position with { Index = uint.MaxValue, Offset = 0 };
    }

    /// <summary>In the scheduler's turn: where messages may be, from the position on.</summary>
    private async ValueTask<List<LanePlaces>> PlacesAsync(CancellationToken cancellation)
    {
        var pending = parts.Scheduling.Pending;
        if (pending.CountOf(Queue) == 0)
            return [];
        IEnumerable<LanePlaces> places;
        if (Filter.Key is { } key)
        {
            await parts.Scheduling.ReadKeysAsync(cancellation);
            places = pending.FindKey(Queue, KeyHash.Of(Queue, key.Span)).Distinct()
                .Select(place => new LanePlaces { Lane = place.Lane.Number.Value, First = place.Place, End = place.Place + 1 });
        }
        else
        {
            places = pending.Lanes.Select(lane => new LanePlaces { Lane = lane.Number.Value, First = lane.First, End = lane.End });
        }
        return [.. places.Select(FromPosition).Where(place => place.First < place.End).OrderBy(place => place.Lane).ThenBy(place => place.First)];
    }

    private LanePlaces FromPosition(LanePlaces places) => places.Lane.CompareTo(page.Position.Index) switch
    {
        < 0 => places with { First = places.End },
        0 => places with { First = Math.Max(places.First, page.Position.Offset) },
        _ => places,
    };

    /// <summary>Reads a piece, and moves the position behind what was dealt with.</summary>
    private async ValueTask ReadAsync(LanePlaces places, CancellationToken cancellation)
    {
        if (Filter.Key is null)
            scan.Take();
        _candidates.Clear();
        long next = places.End;
        int bytes = 0;
        int most = Filter.Key is null ? parts.Pace.PieceBytes : 1;
        using (var runs = await parts.Store.ReadAsync(places.Lane, new Offset(places.First), most, cancellation))
        {
            for (int i = 0; i < runs.Count && runs[i].First.Value < places.End; i++)
            {
                bytes += runs[i].Messages.Length;
                next = Math.Min(places.End, runs[i].First.Value + runs[i].Count);
                Look(runs[i], places);
            }
        }
        long done = await parts.Scheduling.InTurnAsync(_ => ValueTask.FromResult(AddPending(places.Lane)), cancellation);
        page.Position = page.Position with { Offset = done > 0 ? done : next };
        await parts.Pace.TakeAsync(bytes, cancellation);
        page.Read(bytes);
    }

    private void Look(in StoredRun run, LanePlaces places)
    {
        if (run.Damaged)
        {
            page.Damaged += Math.Min(places.End, run.First.Value + run.Count) - Math.Max(places.First, run.First.Value);
            return;
        }
        if (DueStamp.Read(run.Header).Queue != Queue)
            return;
        var lane = new LaneRun(run);
        long place = run.First.Value;
        foreach (var encoded in new MessageRun(run.Messages.Span[lane.HeadBytes..]))
        {
            if (place >= places.End)
                break;
            if (place >= places.First)
            {
                page.Look();
                if (Filter.Matches(encoded) && IsPublishedBetween(lane.PublishTime))
                    _candidates.Add(new Candidate(place, lane.Id.Plus((ulong)(place - run.First.Value)), lane.PublishTime, encoded.ToArray()));
            }
            place++;
        }
    }

    private bool IsPublishedBetween(Timestamp time) =>
        (page.Query.From is not { } from || time.CompareTo(from) >= 0)
        && (page.Query.To is not { } to || time.CompareTo(to) < 0);

    /// <summary>In the scheduler's turn: adds what is pending. Not 0: the page is full, and this place comes next.</summary>
    private long AddPending(uint laneNumber)
    {
        var lane = LaneNumber.TryRead(laneNumber, out var number) ? parts.Scheduling.Pending.FindLane(number) : null;
        if (lane is null)
            return 0;
        foreach (var candidate in _candidates)
        {
            if (parts.Scheduling.Pending.At(new PendingPlace(lane, candidate.Place)) is not { } message)
                continue;
            if (page.IsFull || !page.HasRoomFor(candidate.Message.Length))
            {
                page.Fill();
                return candidate.Place;
            }
            page.Add(new FoundMessage
            {
                Id = candidate.Id, PublishTime = candidate.PublishTime, Due = message.Due, Message = candidate.Message,
            });
        }
        return 0;
    }

    private readonly record struct LanePlaces
    {
        public required uint Lane { get; init; }

        public required long First { get; init; }

        public required long End { get; init; }
    }

    private readonly record struct Candidate(long Place, LogPosition Id, Timestamp PublishTime, byte[] Message);
}
