using Forewave.Protocol;
using Forewave.Protocol.Routes;

namespace Forewave.Coordination.Routes;

/// <summary>What a broker knows of its cluster, across sessions with the coordination service. Thread-safe.</summary>
public interface IClusterView
{
    /// <summary>The table as it was told last; empty before.</summary>
    RouteTable Routes { get; }

    /// <summary>Completes when the table is another one than that of a version; at once where it is.</summary>
    Task ChangedAsync(ulong known, CancellationToken cancellation);

    /// <summary>The slots of a queue; where nobody has made its map it is made, over all partitions that there are.</summary>
    /// <exception cref="ForewaveException">CoordinationUnreachable: the service does not answer.</exception>
    ValueTask<SlotMap> SlotsAsync(QueueName queue, CancellationToken cancellation);

    /// <summary>
    /// The slots of the queues that a partition has when it opens. A queue without a map is one of before it joined: all of its slots are
    /// that partition's.
    /// </summary>
    /// <exception cref="ForewaveException">As above; nothing is known then.</exception>
    ValueTask<IReadOnlyDictionary<QueueName, SlotMap>> AdoptAsync(
        PartitionNumber partition, IReadOnlyCollection<QueueName> queues, CancellationToken cancellation);
}
