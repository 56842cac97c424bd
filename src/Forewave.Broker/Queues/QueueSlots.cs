using Forewave.Coordination.Routes;
using Forewave.Protocol;
using Forewave.Protocol.Routes;

namespace Forewave.Broker.Queues;

/// <summary>
/// The slots of a broker's queues in a cluster; alone, there are none. A queue has its map before it is made, so that no key is taken that
/// is another partition's; one that goes by itself when it is idle has one as soon as somebody asks for it. Thread-safe.
/// </summary>
internal sealed class QueueSlots(QueueCatalogue queues, IClusterView? cluster, PartitionNumber partition)
{
    /// <summary>The queue with a name, as <see cref="QueueCatalogue.OpenAsync"/> says; with its slots, unless it goes by itself.</summary>
    /// <exception cref="ForewaveException">CoordinationUnreachable: the map of a queue that is new here cannot be had.</exception>
    public ValueTask<QueueEntry> OpenAsync(QueueName name, bool create, CancellationToken cancellation) =>
        queues.Find(name) is { } queue && IsTransient(queue.Options)
            ? queues.OpenAsync(name, create, cancellation)
            : OpenWithSlotsAsync(name, create, cancellation);

    /// <summary>The same for a client that wants to know the slots, whatever the queue.</summary>
    /// <exception cref="ForewaveException">As above.</exception>
    public ValueTask<QueueEntry> OpenWithSlotsAsync(QueueName name, bool create, CancellationToken cancellation)
    {
        var queue = queues.Find(name);
        bool isRefused = name.IsSystem || (queue is null && !create);
        return cluster is null || queue?.Slots is not null || isRefused
            ? queues.OpenAsync(name, create, cancellation)
            : OpenWithMapAsync(name, create, cancellation);
    }

    /// <summary>Before a queue is made by command: its slots; null where it needs none.</summary>
    /// <exception cref="ForewaveException">As above.</exception>
    public async ValueTask<SlotMap?> OfNewAsync(QueueName name, QueueOptions options, CancellationToken cancellation) =>
        cluster is null || name.IsSystem || IsTransient(options) ? null : await cluster.SlotsAsync(name, cancellation);

    /// <summary>At the opening, before anybody publishes: those of the queues that there are.</summary>
    /// <exception cref="ForewaveException">CoordinationUnreachable.</exception>
    public async ValueTask AdoptAsync(CancellationToken cancellation)
    {
        if (cluster is null)
            return;
        var kept = queues.All.Where(queue => !IsTransient(queue.Options) && !queue.Name.IsSystem).ToDictionary(queue => queue.Name);
        foreach (var (name, slots) in await cluster.AdoptAsync(partition, kept.Keys, cancellation))
            kept[name].Slots = slots;
    }

    private async ValueTask<QueueEntry> OpenWithMapAsync(QueueName name, bool create, CancellationToken cancellation)
    {
        var slots = await cluster!.SlotsAsync(name, cancellation);
        var queue = await queues.OpenAsync(name, create, cancellation);
        queue.Slots = slots;
        return queue;
    }

    private static bool IsTransient(QueueOptions options) => options.DeleteWhenIdle > TimeSpan.Zero;
}
