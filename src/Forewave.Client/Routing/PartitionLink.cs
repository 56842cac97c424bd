using Forewave.Client.Connections;
using Forewave.Protocol;

namespace Forewave.Client.Routing;

/// <summary>The link to the master of one partition. Of a broker that is in no cluster the partition is known by its hello alone.</summary>
internal sealed class PartitionLink(BrokerLink link)
{
    private volatile object? _partition;

    public BrokerLink Link => link;

    /// <summary>Which; null: the first link's, before it is known.</summary>
    public PartitionNumber? Partition => (PartitionNumber?)_partition;

    /// <summary>It is known now, and does not change any more.</summary>
    public void Pin(PartitionNumber partition) => _partition ??= partition;
}
