using Forewave.Broker.Delivery.Cursors;
using Forewave.Broker.Delivery.Groups;
using Forewave.Broker.Delivery.Priorities;
using Forewave.Broker.Queues;
using Forewave.Protocol;
using Forewave.Storage;

namespace Forewave.Broker.Delivery.Administration;

/// <summary>
/// Looks closely at one group: its consumers and who of them is stuck, its leases, how old what it has not done is. For any thread;
/// changes nothing. What has to be read is read outside of the loop.
/// </summary>
internal sealed class GroupWatching(DeliveryLoops loops)
{
    private const int ConsumersShown = 1_000;

    /// <summary>
    /// A consumer is stuck that has had a message for so many visibility timeouts of the group, by extending, or has had messages
    /// for so long and settled none.
    /// </summary>
    public const int StuckTimeouts = 10;

    /// <summary>A group with its consumers and its age.</summary>
    public async Task<GroupDetails> ShowAsync(QueueEntry queue, GroupName name)
    {
        var (details, unsettled) = await Call<(GroupDetails, List<(uint Index, long Offset)>)>(queue, (loop, call) =>
        {
            var group = DeliveryAdministration.Find(loop, queue, name);
            var shown = DeliveryAdministration.DetailsOf(group) with { ConsumerList = ConsumersOf(group), UnreadByPriority = UnreadOf(group) };
            return call.Complete((shown, Unsettled(group)));
        });
        var store = loops.Of(queue.Id).Store;
        var unread = new List<PriorityCount>();
        foreach (var count in details.UnreadByPriority)
            unread.Add(count.Messages == 0 ? count : count with { OldestTime = await OldestAsync(store, [(count.Index, count.First)]) });
        return details with
        {
            UnreadByPriority = unread,
            OldestUnreadTime = Lowest(unread.Select(static count => count.OldestTime)),
            OldestUnsettledTime = await OldestAsync(store, unsettled),
        };
    }

    /// <summary>What a group has not been handed out, in each band of its queue, the highest priority first; on its loop.</summary>
    public static List<PriorityCount> UnreadOf(GroupDelivery group)
    {
        var name = group.State.Identity.Name;
        return [.. group.Queue.Bands.Prepend(group.Queue).OrderByDescending(static queue => queue.Band.Priority).Select(queue =>
        {
            // The part in a band is made when the group has its first turn after the band's first message.
            long first = queue.Find(name)?.ScanOffset ?? queue.Lowest;
            return new PriorityCount(queue.Band) { Index = queue.Id, First = first, Messages = Math.Max(0, queue.End - first) };
        })];
    }

    /// <summary>Leases of a group from an offset on the wire on, so many runs at most.</summary>
    public Task<LeasePage> ListLeasesAsync(QueueEntry queue, GroupName name, long from, int most) => Call<LeasePage>(queue, (loop, call) =>
    {
        var first = PriorityBand.OfOffset(from);
        var page = new List<(PriorityBand, LeaseView)>();
        foreach (var part in DeliveryAdministration.Find(loop, queue, name).Parts.OrderBy(part => part.Queue.Band.Number))
        {
            var band = part.Queue.Band;
            if (band.Number < first.Number)
                continue;
            var leases = new List<LeaseView>();
            long next = LeaseWalk.List(part.State.Cursor, band == first ? PriorityBand.InBand(from) : 0, leases, most - page.Count);
            page.AddRange(leases.Select(lease => (band, lease)));
            if (next > 0)
                return call.Complete(new LeasePage(page, band.OnWire(next)));
        }
        return call.Complete(new LeasePage(page, 0));
    });

    private static List<ConsumerDetails> ConsumersOf(GroupDelivery group)
    {
        var known = group.Parts.SelectMany(part => part.State.Cursor.Holds.Consumers.Select(consumer => (part, consumer)))
            .GroupBy(one => one.consumer.Id).Take(ConsumersShown);
        return [.. known.Select(consumer => DetailsOf(group, [.. consumer])).OrderByDescending(one => one.IsSubscribed).ThenBy(one => one.Name, StringComparer.Ordinal)];
    }

    private static ConsumerDetails DetailsOf(GroupDelivery group, List<(GroupDelivery Part, GroupConsumer Consumer)> known)
    {
        var loads = known.ConvertAll(one => LeaseWalk.Load(one.Part.State.Cursor, one.Consumer));
        long leased = loads.Sum(load => load.Messages);
        long oldest = Lowest(loads.Select(load => load.SinceTime));
        long unsettledSince = Lowest(known.Select(one => one.Consumer.UnsettledSince));
        long stuckBefore = group.Loop.Now - StuckTimeouts * (long)group.State.Options.VisibilityTimeout.TotalMilliseconds;
        var subscription = group.Subscriptions.Find(known[0].Consumer.Id);
        return new ConsumerDetails
        {
            Name = known[^1].Consumer.Name,
            Id = known[0].Consumer.Id,
            IsSubscribed = subscription is not null,
            IsHungry = subscription?.IsHungry == true,
            Leased = leased,
            OldestLeaseTime = oldest,
            LastSettleTime = known.Max(one => one.Consumer.LastSettleTime),
            IsStuck = leased > 0 && (oldest <= stuckBefore || unsettledSince > 0 && unsettledSince <= stuckBefore),
        };
    }

    private static long Lowest(IEnumerable<long> times) => times.Where(time => time > 0).DefaultIfEmpty(0).Min();

    /// <summary>How many consumers of a group are stuck; on its loop. Costs a look at each of its leases.</summary>
    public static int CountStuck(GroupDelivery group) => ConsumersOf(group).Count(static consumer => consumer.IsStuck);

    /// <summary>The lowest unsettled offset in each index that a group reads; on its loop.</summary>
    public static List<(uint Index, long Offset)> Unsettled(GroupDelivery group) =>
        [.. group.Parts.Where(part => part.State.Cursor.Unsettled > 0)
            .Select(part => (part.Queue.Id, LeaseWalk.LowestUnsettled(part.State.Cursor)))];

    /// <summary>When the oldest of some messages became available; 0 where none can be read.</summary>
    private static async Task<long> OldestAsync(IStore store, List<(uint Index, long Offset)> offsets)
    {
        var times = new List<long>();
        foreach (var (index, offset) in offsets)
        {
            using var runs = await store.ReadAsync(index, new Offset(offset), 1, CancellationToken.None);
            if (runs.Count > 0)
                times.Add(runs[0].Header.Time.UnixMilliseconds);
        }
        return Lowest(times);
    }

    private Task<T> Call<T>(QueueEntry queue, Func<DeliveryLoop, LoopCall<T>, bool> body)
    {
        var call = new LoopCall<T>(body);
        loops.Of(queue.Id).Post(call);
        return call.Answer;
    }
}
