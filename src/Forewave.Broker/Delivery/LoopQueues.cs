using Forewave.Broker.Delivery.DeadLetters;
using Forewave.Broker.Delivery.Groups;
using Forewave.Broker.Delivery.Outcomes;
using Forewave.Broker.Delivery.Priorities;
using Forewave.Broker.Delivery.Subscriptions;
using Forewave.Broker.Sessions;
using Forewave.Protocol;
using Forewave.Storage;

namespace Forewave.Broker.Delivery;

/// <summary>The queues and groups of one loop, by number. For the loop alone; before its start, for recovery.</summary>
internal sealed class LoopQueues(DeliveryLoop loop)
{
    private const int PlacedTogether = 64;

    private readonly Dictionary<uint, QueueDelivery> _queues = [];
    private readonly Dictionary<uint, GroupDelivery> _groups = [];
    private readonly Dictionary<ISessionOutput, List<Subscription>> _congested = [];
    private readonly IndexPlace[] _places = new IndexPlace[PlacedTogether];

    /// <summary>All queues.</summary>
    public IReadOnlyCollection<QueueDelivery> All => _queues.Values;

    /// <summary>All groups.</summary>
    public IReadOnlyCollection<GroupDelivery> Groups => _groups.Values;

    /// <summary>The queue with a number, or null.</summary>
    public QueueDelivery? Find(uint queueId) => _queues.GetValueOrDefault(queueId);

    /// <summary>The group with a number, or null.</summary>
    public GroupDelivery? FindGroup(uint groupId) => _groups.GetValueOrDefault(groupId);

    /// <summary>The queue with a number.</summary>
    /// <exception cref="ForewaveException">It was deleted a moment ago.</exception>
    public QueueDelivery Known(uint queueId) => Find(queueId) ?? throw new ForewaveException(ErrorCode.QueueNotFound);

    /// <summary>The queue with a number; made when it is not known.</summary>
    public QueueDelivery Get(uint queueId)
    {
        if (_queues.TryGetValue(queueId, out var queue))
            return queue;
        _queues.Add(queueId, queue = new QueueDelivery(loop, queueId));
        Link(queue);
        return queue;
    }

    /// <summary>Adds a group of one of its queues.</summary>
    public void Add(GroupDelivery group) => _groups.Add(group.State.Identity.Id, group);

    /// <summary>Takes a group out.</summary>
    public void Remove(GroupDelivery group) => _groups.Remove(group.State.Identity.Id);

    /// <summary>Adds a queue that a checkpoint holds; groups that were loaded before it move over.</summary>
    public void Load(QueueDelivery queue)
    {
        var before = _queues.GetValueOrDefault(queue.Id);
        _queues[queue.Id] = queue;
        Link(queue);
        foreach (var band in before?.Bands ?? [])
            queue.AddBand(band);
        foreach (var group in before?.Groups.ToArray() ?? [])
        {
            before!.Remove(group);
            group.Move(queue);
            queue.Add(group);
        }
    }

    private void Link(QueueDelivery queue)
    {
        uint of = PriorityBand.QueueOf(queue.Id);
        if (of != queue.Id)
            Get(of).AddBand(queue);
    }

    /// <summary>Takes a deleted queue out with everything in it.</summary>
    public void Close(uint queueId)
    {
        if (!_queues.TryGetValue(queueId, out var queue))
            return;
        foreach (var band in queue.Bands.ToArray())
            Close(band.Id);
        foreach (var group in queue.Groups.ToArray())
            group.Close(ErrorCode.QueueNotFound);
        _queues.Remove(queueId);
        loop.Outcomes.Closed(queueId);
        if (queue.TraceEnd > 1)
            loop.Store.Expire(TraceIndex.Of(queueId), new Offset(queue.TraceEnd).Next);
        if (queue.TrailEnd > 1)
            loop.Store.Expire(DeadTrail.IndexOf(queueId), new Offset(queue.TrailEnd).Next);
        loop.Store.Expire(queueId, new Offset(queue.End).Next);
    }

    /// <summary>
    /// Records of its queues are committed. What was published gets its offsets first and its places in the store after that, some
    /// records at a time: so the processor can wait for many queues at once that are not in its cache.
    /// </summary>
    public void Dispatch(ReadOnlySpan<CommittedRecord> records)
    {
        while (!records.IsEmpty)
        {
            int count = 0;
            while (count < records.Length && count < _places.Length && TryPlace(records[count], out _places[count]))
                count++;
            if (count == 0)
            {
                Dispatch(records[0]);
                records = records[1..];
                continue;
            }
            loop.Store.Dispatch(records[..count], _places.AsSpan(0, count));
            for (int i = 0; i < count; i++)
                QueueDelivery.NoteKeys(loop, records[i].Header, _places[i]);
            records = records[count..];
        }
    }

    // False: it is no publish, or its queue is to be made, or it was dispatched before.
    private bool TryPlace(in CommittedRecord record, out IndexPlace place)
    {
        place = default;
        return record.Header.Type is RecordType.Published or RecordType.Released
            && _queues.TryGetValue(record.Header.Queue, out var queue) && queue.TryPlace(record, out place);
    }

    private void Dispatch(in CommittedRecord record)
    {
        if (record.Header.Type == RecordType.Traced)
            Find(PriorityBand.QueueOf(record.Header.Queue))?.DispatchTraced(record);
        else if (record.Header.Type == RecordType.DeadOperated)
            Find(PriorityBand.QueueOf(record.Header.Queue))?.DispatchTrail(record);
        else if (record.Header.Type == RecordType.DeadLettered)
            FindGroup(record.Header.Source)?.DispatchDead(record);
        else
            DispatchPublished(record);
    }

    /// <summary>
    /// The first publish may be committed before the command that opens its queue has run, and the last one after the queue was
    /// closed: the catalogue knows which.
    /// </summary>
    private void DispatchPublished(in CommittedRecord record)
    {
        uint id = record.Header.Queue;
        if (_queues.TryGetValue(id, out var queue))
            queue.Dispatch(record);
        else if (loop.Setting.HasQueue(PriorityBand.QueueOf(id)))
            Get(id).Dispatch(record);
    }

    /// <summary>A subscription waits until its connection takes messages again.</summary>
    public void AddCongested(Subscription subscription)
    {
        subscription.WaitsForDrain = true;
        if (_congested.TryGetValue(subscription.Output, out var waiting))
        {
            waiting.Add(subscription);
            return;
        }
        _congested.Add(subscription.Output, [subscription]);
        subscription.Output.NotifyDrained(loop);
    }

    /// <summary>A connection takes messages again.</summary>
    public void Drained(ISessionOutput output)
    {
        if (!_congested.Remove(output, out var waiting))
            return;
        foreach (var subscription in waiting)
        {
            subscription.WaitsForDrain = false;
            subscription.Group?.HasDemand();
        }
    }
}
