using Forewave.Coordination;
using Forewave.Protocol;

namespace Forewave.Server.Cluster;

/// <summary>A broker group as its record and its brokers say. Its parts were asked one after the other.</summary>
internal sealed record GroupStanding
{
    /// <summary>Its partition.</summary>
    public required PartitionNumber Partition { get; init; }

    /// <summary>Its record; null: it has none.</summary>
    public required VersionedGroup? Group { get; init; }

    /// <summary>The brokers that announce themselves.</summary>
    public required IReadOnlyList<BrokerStanding> Brokers { get; init; }

    /// <summary>Who announces itself as master; null: nobody.</summary>
    public BrokerStanding? Master => Brokers.FirstOrDefault(broker => broker.Role == BrokerRole.Master);

    /// <summary>A broker that announces itself, by its name; null: it does not.</summary>
    public BrokerStanding? Find(string broker) => Brokers.FirstOrDefault(one => one.Announced.Broker == broker);
}
