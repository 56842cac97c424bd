using Forewave.Protocol;
using Forewave.Protocol.Routes;

namespace Forewave.Coordination.Routes;

/// <summary>
/// What a session knows of the whole cluster: where its partitions are served, and the slots of its queues. Thread-safe. Calls that meet a
/// lost connection wait until there is one again, so they want a cancellation; once the session has expired everything fails with
/// <see cref="ErrorCode.CoordinationExpired"/>.
/// </summary>
public interface IClusterSession
{
    /// <summary>
    /// Tells the table and then each change of it, within a moment; changes that follow one another quickly are told once, the last is
    /// never left out. A partition whose record cannot be read stays as it was.
    /// </summary>
    IAsyncEnumerable<RouteTable> WatchRoutesAsync(CancellationToken cancellation);

    /// <summary>The slots of a queue; null: nobody has made its map. One round trip.</summary>
    /// <exception cref="ForewaveException">GroupRecordInvalid: what is there cannot be read.</exception>
    ValueTask<SlotMap?> SlotsAsync(QueueName queue, CancellationToken cancellation);

    /// <summary>Makes the map of a queue, unless there is one; the one that is there then.</summary>
    ValueTask<SlotMap> MakeSlotsAsync(QueueName queue, SlotMap first, CancellationToken cancellation);
}
