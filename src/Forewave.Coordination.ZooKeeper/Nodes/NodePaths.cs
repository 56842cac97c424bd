using Forewave.Protocol;

namespace Forewave.Coordination.ZooKeeper.Nodes;

/// <summary>Where a partition's nodes lie: docs/cluster-nodes.md.</summary>
internal static class NodePaths
{
    internal static string Group(PartitionNumber partition) => $"/MQ/group/{partition}";

    internal static string Server(PartitionNumber partition, BrokerRole role) =>
        $"/MQ/server/{partition}/{(role == BrokerRole.Master ? "master" : "slave")}";

    /// <summary>The nodes above this one, the highest first.</summary>
    internal static IEnumerable<string> Above(string path)
    {
        for (int end = path.IndexOf('/', 1); end > 0; end = path.IndexOf('/', end + 1))
            yield return path[..end];
    }
}
