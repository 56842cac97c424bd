using System.Runtime.InteropServices;
using Forewave.Broker.Delivery.Groups;
using Forewave.Broker.Delivery.Priorities;
using Forewave.Protocol;

namespace Forewave.Broker.Delivery.Leases;

/// <summary>The part of a Settle frame that one loop does: runs of its queues, batched into a record for each group and verb.</summary>
internal sealed class SettleCommand(SettleRequest request, DeliveryLoop loop) : IDeliveryCommand
{
    private readonly List<SettleItem> _items = [];
    private int _next;

    /// <summary>The loop.</summary>
    public DeliveryLoop Loop { get; } = loop;

    /// <summary>Adds a run; before it is posted.</summary>
    public void Add(in SettleItem item) => _items.Add(item);

    /// <inheritdoc/>
    public bool Run(DeliveryLoop running)
    {
        var items = CollectionsMarshal.AsSpan(_items);
        while (_next < items.Length)
        {
            var batch = Batch(items[_next..]);
            if (!TryFindPart(running, batch[0], out var part))
                return false;
            if (part is not null)
            {
                if (!running.Settlement.TrySettle(part, InBand(batch), request))
                    return false;
            }
            else
            {
                foreach (ref readonly var item in batch)
                    request.Fail(item, item.First, 0, ErrorCode.HandleInvalid);
            }
            _next += batch.Length;
        }
        AwaitCommit(running);
        return true;
    }

    /// <inheritdoc/>
    public void Refuse(DeliveryLoop refusing, ErrorCode code) => request.Stopped(code);

    /// <summary>
    /// Finds the group of a run, or its part in the run's band of priority; null: the handle names nothing. False: no room for the
    /// record of a part, which a power failure may have taken away while it left the handles of its leases.
    /// </summary>
    private static bool TryFindPart(DeliveryLoop running, in SettleItem item, out GroupDelivery? part)
    {
        part = null;
        var group = running.Queues.FindGroup(item.Group);
        if (group is null || group.Queue.Id != item.Queue)
            return true;
        var band = PriorityBand.OfOffset(item.First.Value);
        part = group.PartIn(band);
        if (part is not null)
            return true;
        if (!group.TryMakeParts())
            return false;
        part = group.PartIn(band);
        return true;
    }

    private static ReadOnlySpan<SettleItem> InBand(Span<SettleItem> batch)
    {
        if (PriorityBand.OfOffset(batch[0].First.Value) == default)
            return batch;
        var items = batch.ToArray();
        for (int i = 0; i < items.Length; i++)
            items[i] = items[i] with { First = new Offset(PriorityBand.InBand(items[i].First.Value)) };
        return items;
    }

    /// <summary>The first items that can go into one record.</summary>
    private static Span<SettleItem> Batch(Span<SettleItem> items)
    {
        ref readonly var first = ref items[0];
        int count = 1;
        while (count < items.Length && first.Verb != SettleVerb.AckUpTo && IsLike(first, items[count]))
            count++;
        return items[..count];
    }

    private static bool IsLike(in SettleItem one, in SettleItem other) =>
        one.Group == other.Group
        && PriorityBand.OfOffset(one.First.Value) == PriorityBand.OfOffset(other.First.Value)
        && one.Queue == other.Queue
        && one.Verb == other.Verb
        && one.Delay == other.Delay
        && one.Reason == other.Reason
        && (one.Attempt == other.Attempt || one.Verb is not (SettleVerb.Nack or SettleVerb.Reject));

    /// <summary>
    /// The answer waits for everything that the loop appended so far: a repeated ack must not be answered before the first one's
    /// record is committed.
    /// </summary>
    private void AwaitCommit(DeliveryLoop running)
    {
        if (running.LastAppended == LogPosition.None || !running.Store.TryAwaitCommit(running.LastAppended, request, 0))
            request.Done();
    }
}
