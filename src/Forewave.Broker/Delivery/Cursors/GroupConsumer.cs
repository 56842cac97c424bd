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

    /// <summary>It is subscribed now.</summary>
    public bool IsSubscribed { get; set; }
}
