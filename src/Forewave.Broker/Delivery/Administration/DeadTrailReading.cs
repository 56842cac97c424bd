using Forewave.Broker.Delivery.DeadLetters;
using Forewave.Broker.Delivery.Groups;
using Forewave.Broker.Delivery.Priorities;
using Forewave.Broker.Queues;
using Forewave.Protocol;
using Forewave.Storage;

namespace Forewave.Broker.Delivery.Administration;

/// <summary>
/// Reads the trail of a queue: who did what to the dead letters of its groups. For any thread; reads outside of the loop, 10,000 records at
/// most for a page.
/// </summary>
internal sealed class DeadTrailReading(DeliveryLoops loops)
{
    private const int MostScanned = 10_000;
    private const int ReadBytes = 1024 * 1024;

    /// <summary>Operations on the dead letters of a queue's groups.</summary>
    /// <param name="queue">The queue.</param>
    /// <param name="group">Of this group alone, which need not be there any more; null: of all.</param>
    /// <param name="from">Where the page begins; 0: with the oldest.</param>
    /// <param name="most">How many at most.</param>
    public async Task<DeadTrailPage> ListAsync(QueueEntry queue, GroupName? group, long from, int most)
    {
        // Before the trail is read: what ends meanwhile may be told twice, and is not left out.
        var running = await loops.Operating.RunningAsync(queue);
        var operations = new List<DeadOperation>();
        long next = await ScanAsync(queue, from, run =>
        {
            var record = DeadOperatedRecord.Read(run.Header.Sequence, run.Messages.Span);
            if (record is { Step: DeadStep.Ended, Operation: { } ended } && (group is null || ended.Terms.Group == group.Value.Value))
                operations.Add(ended);
            return operations.Count < most;
        });
        if (next == 0)
            operations.AddRange(running.Where(one => group is null || one.Group == group).Select(static one => one.Operation));
        return new DeadTrailPage(operations, next);
    }

    /// <summary>One operation, and what has become of the messages that it touched.</summary>
    /// <param name="queue">The queue.</param>
    /// <param name="name">The group.</param>
    /// <param name="number">The operation's number.</param>
    /// <param name="page">Where the page begins, 0: at the first; and about how many messages it has, 0: the operation alone.</param>
    public async Task<DeadResultPage> ShowAsync(QueueEntry queue, GroupName name, ulong number, (long From, int Most) page)
    {
        var (groupId, found) = await Call<(uint, DeadOperation?)>(queue, (loop, call) =>
        {
            var state = DeliveryAdministration.Find(loop, queue, name).State;
            return call.CompleteCommitted(loop, (state.Identity.Id, state.Operations.Find(number)));
        });
        if (found is not null && page.Most == 0)
            return new DeadResultPage(found, [], 0);
        var pages = new List<DeadPageTaken>();
        int count = 0;
        bool hasEnded = false;
        long next = await ScanAsync(queue, page.From, run =>
        {
            if (run.Header.Source != groupId || run.Header.Sequence != number)
                return true;
            var record = DeadOperatedRecord.Read(number, run.Messages.Span);
            if (record.Page is { } taken && page.Most > 0)
            {
                pages.Add(taken);
                count += (int)Math.Min(taken.Places.Count, DeadUnit.MostOffsets);
            }
            hasEnded |= record.Step == DeadStep.Ended;
            found = hasEnded ? record.Operation : found;
            return !hasEnded && (page.Most == 0 || count < page.Most);
        });
        var results = await ResultsAsync(queue, name, pages);
        return new DeadResultPage(found, results, hasEnded ? 0 : next);
    }

    /// <summary>Lets go what is older than it may be.</summary>
    public Task ExpireAsync(QueueEntry queue, Timestamp oldestKept) =>
        loops.Outcomes.ExpireAsync(queue, DeadTrail.IndexOf(queue.Id), oldestKept);

    /// <summary>Reads records until one is enough; returns where to go on, 0: that was all.</summary>
    private async Task<long> ScanAsync(QueueEntry queue, long from, Func<StoredRun, bool> wantsMore)
    {
        var store = loops.Of(queue.Id).Store;
        uint index = DeadTrail.IndexOf(queue.Id);
        var extent = store.Extent(index);
        long next = Math.Max(from, extent.FirstRetained.Value);
        long last = Math.Min(extent.End.Value, next + MostScanned);
        while (next < last)
        {
            using var runs = await store.ReadAsync(index, new Offset(next), ReadBytes, CancellationToken.None);
            if (runs.Count == 0)
                return 0;
            for (int i = 0; i < runs.Count && next < last; i++)
            {
                next = runs[i].First.Value + 1;
                if (!runs[i].Damaged && !wantsMore(runs[i]))
                    return next;
            }
        }
        return next < extent.End.Value ? next : 0;
    }

    private Task<List<DeadResult>> ResultsAsync(QueueEntry queue, GroupName name, List<DeadPageTaken> pages)
    {
        var touched = pages.SelectMany(TouchedBy).ToList();
        return Call<List<DeadResult>>(queue, (loop, call) =>
        {
            var group = DeliveryAdministration.Find(loop, queue, name);
            var results = new List<DeadResult>();
            foreach (var band in touched.GroupBy(one => PriorityBand.OfOffset(one.Place)))
                results.AddRange(group.PartIn(band.Key) is { } part ? ResultsOf(part, [.. band]) : band);
            return call.CompleteCommitted(loop, results);
        });
    }

    private static IEnumerable<DeadResult> TouchedBy(DeadPageTaken page)
    {
        int at = 0;
        foreach (long place in page.Places.Ranges.SelectMany(PlacesOf).Take(DeadUnit.MostOffsets))
        {
            long offset = page.Offsets.Count > at ? page.Offsets[at++] : 0;
            yield return new DeadResult { Place = place, Offset = PriorityBand.InBand(offset) > 0 ? offset : 0 };
        }
    }

    /// <summary>What stands where it stood, and what is not settled, is found at once; for all others one look at the dead letters.</summary>
    private static IEnumerable<DeadResult> ResultsOf(GroupDelivery part, List<DeadResult> touched)
    {
        var (dead, cursor) = (part.State.Dead, part.State.Cursor);
        bool IsThere(in DeadResult one) => dead.OffsetAt(PriorityBand.InBand(one.Place)) == PriorityBand.InBand(one.Offset);
        var elsewhere = dead.FindPlaces(touched.Where(one => one.Offset > 0 && !IsThere(one)).Select(one => PriorityBand.InBand(one.Offset))
            .Where(offset => !cursor.IsUnsettled(offset)).ToHashSet());
        foreach (var one in touched)
        {
            long offset = PriorityBand.InBand(one.Offset);
            if (offset == 0)
                yield return one;
            else if (cursor.IsUnsettled(offset))
                yield return one with { State = DeadResultState.Unsettled };
            else if (IsThere(one) || elsewhere.ContainsKey(offset))
                yield return At(part, one, IsThere(one) ? PriorityBand.InBand(one.Place) : elsewhere[offset]);
            else
                yield return one with { State = dead.IsBuried(offset) ? DeadResultState.Dead : DeadResultState.Settled };
        }
    }

    private static DeadResult At(GroupDelivery part, in DeadResult one, long now)
    {
        var dead = part.State.Dead;
        var state = dead.Has(now) ? DeadResultState.Dead : dead.Bin.Contains(now) ? DeadResultState.Purged : DeadResultState.Available;
        return one with { State = state, Now = part.Queue.Band.OnWire(now) };
    }

    private static IEnumerable<long> PlacesOf(PlaceRange range)
    {
        for (long place = range.First; place < range.End; place++)
            yield return place;
    }

    private Task<T> Call<T>(QueueEntry queue, Func<DeliveryLoop, LoopCall<T>, bool> body)
    {
        var call = new LoopCall<T>(body);
        loops.Of(queue.Id).Post(call);
        return call.Answer;
    }
}
