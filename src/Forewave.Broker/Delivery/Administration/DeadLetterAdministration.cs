using Forewave.Broker.Delivery.DeadLetters;
using Forewave.Broker.Delivery.Groups;
using Forewave.Broker.Delivery.Priorities;
using Forewave.Broker.Queues;
using Forewave.Protocol;
using Forewave.Protocol.Frames;
using Forewave.Storage;

namespace Forewave.Broker.Delivery.Administration;

/// <summary>
/// Looks at the dead letters of groups, and lets go what is old. For any thread. Bodies are read outside of the loop.
/// </summary>
internal sealed class DeadLetterAdministration(DeliveryLoops loops)
{
    private const int ReadBytes = 1024 * 1024;
    private const int MostRanges = 50_000;

    /// <summary>A page of dead letters after a place, without their messages.</summary>
    public async Task<DeadPage> ListAsync(QueueEntry queue, GroupName name, long after, int max)
    {
        var lists = await Call<List<(DeadBand Band, List<PlaceRange> Places)>>(queue, (loop, call) =>
            call.Complete(Bands(DeliveryAdministration.Find(loop, queue, name), after, max + 1)));
        var letters = new List<DeadLetterDetails>();
        foreach (var (band, places) in lists)
        {
            foreach (var range in places)
                await ReadAsync(loops.Of(queue.Id).Store, band, range, letters);
        }
        bool more = letters.Count > max;
        return new DeadPage(more ? letters[..max] : letters, more);
    }

    /// <summary>A page of what a filter takes; changes nothing. Looks at 10,000 dead letters at most.</summary>
    public async Task<DeadSelected> SelectAsync(QueueEntry queue, GroupName name, DeadSelection selection)
    {
        var lists = await Call<List<(DeadBand Band, List<PlaceRange> Places)>>(queue, (loop, call) =>
            call.Complete(Bands(DeliveryAdministration.Find(loop, queue, name), selection.After, DeadScan.MostScanned + 1)));
        var scan = new DeadScan(loops.Of(queue.Id).Store, selection);
        foreach (var (band, places) in lists)
        {
            foreach (var range in places)
                await scan.RunAsync(band, range);
        }
        return new DeadSelected(scan.Taken, scan.IsFull ? scan.Last : 0, scan.Scanned);
    }

    /// <summary>One dead letter with its message and its history.</summary>
    public async Task<DeadLetterDetails> ShowAsync(QueueEntry queue, GroupName name, long place)
    {
        var band = PriorityBand.OfOffset(place);
        long inBand = PriorityBand.InBand(place);
        uint index = await Call<uint>(queue, (loop, call) =>
        {
            var dead = DeliveryAdministration.Find(loop, queue, name).PartIn(band)?.State.Dead;
            return dead?.Has(inBand) == true ? call.Complete(dead.Id) : throw new ForewaveException(ErrorCode.DeadLetterNotFound);
        });
        using var runs = await loops.Of(queue.Id).Store.ReadAsync(index, new Offset(inBand), 1, CancellationToken.None);
        if (runs.Count == 0 || runs[0].First.Value != inBand || runs[0].Damaged)
            throw new ForewaveException(ErrorCode.DeadLetterNotFound);
        var letter = DeadLetterRecord.Read(runs[0].Messages.ToArray());
        return new DeadLetterDetails(place, letter with { Offset = band.OnWire(letter.Offset) }, BodyBytes(letter));
    }

    /// <summary>The numbers of the queues that have dead letters or some in a bin. Asks each loop once, however many queues there are.</summary>
    public async Task<HashSet<uint>> HoldersAsync()
    {
        var holders = new HashSet<uint>();
        for (uint i = 0; i < loops.Count; i++)
        {
            var call = new LoopCall<List<uint>>((loop, answer) => answer.Complete(loop.Queues.Groups
                .Where(group => group.State.Dead.Count + group.State.Dead.Bin.Count > 0).Select(group => PriorityBand.QueueOf(group.State.Identity.QueueId)).ToList()));
            loops.Of(i).Post(call);
            holders.UnionWith(await call.Answer);
        }
        return holders;
    }

    /// <summary>
    /// Removes the dead letters of all groups of a queue that died before a time, and those that were purged and can be brought back no
    /// longer.
    /// </summary>
    public async Task ExpireAsync(QueueEntry queue, Timestamp diedBefore)
    {
        var indexes = await Call<uint[]>(queue, (loop, call) =>
            call.Complete(loop.Queues.Find(queue.Id)?.Groups.SelectMany(group => group.Parts)
                .Where(group => group.State.Dead.Count + group.State.Dead.Bin.Count > 0)
                .Select(group => group.State.Identity.Id).ToArray() ?? []));
        foreach (uint id in indexes)
            await ExpireAsync(queue, id, diedBefore);
    }

    private async Task ExpireAsync(QueueEntry queue, uint groupId, Timestamp diedBefore)
    {
        uint index = await Call<uint>(queue, (loop, call) => call.Complete(loop.Queues.FindGroup(groupId)?.State.Dead.Id ?? 0));
        if (index == 0)
            return;
        var kept = await loops.Of(queue.Id).Store.FindByTimeAsync(index, diedBefore, CancellationToken.None);
        await Call<bool>(queue, (loop, call) =>
        {
            var group = loop.Queues.FindGroup(groupId);
            var old = group is null ? [] : group.State.Dead.From(1).TakeWhile(range => range.First < kept.Value)
                .Select(range => range with { End = Math.Min(range.End, kept.Value) })
                .Concat(group.State.Dead.Bin.Due(loop.Now)).Take(MostRanges).ToList();
            bool done = old.Count == 0 || DeadLetterRecords.TryPurge(group!, old);
            return done && call.CompleteCommitted(loop, true);
        });
    }

    /// <summary>The first places after one in all bands of priority, so many at most; in the order in which places stand on the wire.</summary>
    private static List<(DeadBand Band, List<PlaceRange> Places)> Bands(GroupDelivery group, long after, int most)
    {
        var lists = new List<(DeadBand, List<PlaceRange>)>();
        foreach (var part in group.Parts.OrderBy(part => part.Queue.Band.Number))
        {
            int number = PriorityBand.OfOffset(after).Number;
            var band = part.Queue.Band;
            if (band.Number < number || most <= 0)
                continue;
            var places = Cut(part.State.Dead.From(band.Number == number ? PriorityBand.InBand(after) + 1 : 1), most);
            most -= (int)places.Sum(range => range.Count);
            lists.Add((new DeadBand(part.State.Dead.Id, band), places));
        }
        return lists;
    }

    /// <summary>The first places, so many at most.</summary>
    private static List<PlaceRange> Cut(IEnumerable<PlaceRange> ranges, int most)
    {
        var cut = new List<PlaceRange>();
        foreach (var range in ranges)
        {
            if (most <= 0)
                break;
            int count = (int)Math.Min(range.Count, most);
            cut.Add(range with { End = range.First + count });
            most -= count;
        }
        return cut;
    }

    private static async Task ReadAsync(IStore store, DeadBand band, PlaceRange range, List<DeadLetterDetails> letters)
    {
        for (long place = range.First; place < range.End;)
        {
            using var runs = await store.ReadAsync(band.Index, new Offset(place), ReadBytes, CancellationToken.None);
            if (runs.Count == 0)
                return;
            for (int i = 0; i < runs.Count && place < range.End; i++)
            {
                place = runs[i].First.Value + 1;
                if (runs[i].Damaged)
                    continue;
                var letter = DeadLetterRecord.Read(runs[i].Messages);
                var listed = letter with { Message = default, Offset = band.Band.OnWire(letter.Offset) };
                letters.Add(new DeadLetterDetails(band.Band.OnWire(place - 1), listed, BodyBytes(letter)));
            }
        }
    }

    private static int BodyBytes(DeadLetterRecord letter)
    {
        var walk = new MessageRun(letter.Message.Span);
        return walk.MoveNext() && MessageReader.TryRead(walk.Current, out var view, out _) ? view.Body.Length : 0;
    }

    private Task<T> Call<T>(QueueEntry queue, Func<DeliveryLoop, LoopCall<T>, bool> body)
    {
        var call = new LoopCall<T>(body);
        loops.Of(queue.Id).Post(call);
        return call.Answer;
    }
}
