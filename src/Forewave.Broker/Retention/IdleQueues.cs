using Forewave.Broker.Observability;
using Forewave.Broker.Queues;
using Forewave.Broker.Sessions;
using Forewave.Storage;

namespace Forewave.Broker.Retention;

/// <summary>
/// Deletes queues that are to go when nobody uses them: no consumer is subscribed, nothing is published, scheduled or prepared
/// in an open transaction. Since when that is so is known to this process alone: after a start the time begins anew. For the
/// retention loop alone; 40 bytes for each such queue.
/// </summary>
internal sealed class IdleQueues
{
    private readonly SessionParts _parts;
    private readonly Dictionary<uint, Timestamp> _usedAt = [];
    private readonly LongCounter _deleted = new();

    public IdleQueues(SessionParts parts)
    {
        _parts = parts;
        parts.Metrics.Total(
            new MetricText { Name = "forewave.queues.idle_deleted", Unit = "{queue}", Description = "Queues deleted because nobody used them." },
            () => _deleted.Value);
    }

    /// <summary>Looks at a queue, and deletes it when its time has come.</summary>
    public async Task LookAsync(QueueEntry queue, Timestamp now, CancellationToken cancellation)
    {
        var longest = queue.Options.DeleteWhenIdle;
        if (longest == TimeSpan.Zero)
        {
            _usedAt.Remove(queue.Id);
            return;
        }
        var used = await UsedAtAsync(queue, now, cancellation);
        _usedAt[queue.Id] = used;
        if (used.Plus(longest).CompareTo(now) > 0)
            return;
        _usedAt.Remove(queue.Id);
        await QueueDeletion.RunAsync(_parts, queue.Name, cancellation);
        _deleted.Add(1);
        BrokerLog.IdleQueueDeleted(_parts.Logger, queue.Name.Value, queue.Id, longest);
    }

    /// <summary>Forgets queues that somebody deleted.</summary>
    public void Forget()
    {
        foreach (uint id in _usedAt.Keys.Where(id => _parts.Queues.Find(id) is null).ToArray())
            _usedAt.Remove(id);
    }

    private async Task<Timestamp> UsedAtAsync(QueueEntry queue, Timestamp now, CancellationToken cancellation)
    {
        var groups = await _parts.Delivery.Administration.ListGroupsAsync(queue).WaitAsync(cancellation);
        bool isUsed = groups.Any(static group => group.Consumers > 0)
            || await _parts.Scheduling.Administration.CountAsync(queue.Id, cancellation) > 0
            || await _parts.Transactions.Administration.IsNamedAsync(queue.Id, cancellation);
        if (isUsed || !_usedAt.TryGetValue(queue.Id, out var used))
            return now;
        var delivery = await _parts.Delivery.Administration.ShowQueueAsync(queue).WaitAsync(cancellation);
        return delivery.LastPublishTime > used.UnixMilliseconds ? new Timestamp(delivery.LastPublishTime) : used;
    }
}
