using Forewave.Protocol;

namespace Forewave.Broker.Delivery.Cursors;

/// <summary>A consumer that a group knows: because it has leases, or because it is subscribed. For the loop alone.</summary>
internal sealed class GroupConsumer(ConsumerId id, string name)
{
    /// <summary>Its id.</summary>
    public ConsumerId Id { get; } = id;

    /// <summary>Its name as last heard.</summary>
    public string Name { get; set; } = name;

    /// <summary>Its newest lease in the group's <see cref="HoldTable"/>; -1 where it has none.</summary>
    public int FirstHold { get; set; } = -1;

    /// <summary>
    /// Unix time in milliseconds since when it has messages and settled nothing; 0: it settled everything. Not in checkpoints:
    /// after a restart it is the time of its first lease.
    /// </summary>
    public long UnsettledSince { get; set; }

    /// <summary>Unix time in milliseconds when something of it was settled; 0: nothing was since the broker started.</summary>
    public long LastSettleTime { get; private set; }

    /// <summary>Something of it was settled.</summary>
    public void Settled(long time)
    {
        LastSettleTime = time;
        UnsettledSince = FirstHold < 0 ? 0 : time;
    }

    /// <summary>It is subscribed now.</summary>
    public bool IsSubscribed { get; set; }
}
