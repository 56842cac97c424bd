using Forewave.Protocol;

namespace Forewave.Coordination.ZooKeeper.Nodes;

/// <summary>Where a partition's nodes lie: docs/cluster-nodes.md.</summary>
internal static class NodePaths
{
    internal static string Slots(QueueName queue) => $"/MQ/queue/{queue.Value}";

    internal static string Group(PartitionNumber partition) => $"/MQ/group/{partition}";

    /// <summary>Above the records of all partitions.</summary>
    internal const string Groups = "/MQ/group";

    /// <summary>Above the announcements of all partitions.</summary>
    internal const string AllServers = "/MQ/server";

    private const string WaitingName = "waiting-";

    /// <summary>Above the announcements of a partition.</summary>
    internal static string Servers(PartitionNumber partition) => $"{AllServers}/{partition}";

    /// <summary>Where the one broker announces itself that has a role.</summary>
    internal static string Server(PartitionNumber partition, BrokerRole role) => $"{Servers(partition)}/{(role == BrokerRole.Master ? "master" : "slave")}";

    /// <summary>Where a broker announces itself in a role, of which there may be several in <see cref="BrokerRole.Waiting"/>.</summary>
    internal static string Server(PartitionNumber partition, BrokerRole role, string broker) =>
        role == BrokerRole.Waiting ? $"{Servers(partition)}/{WaitingName}{Uri.EscapeDataString(broker)}" : Server(partition, role);

    /// <summary>As what a broker announces itself under a name below <see cref="Servers"/>; null: it is not known to this version.</summary>
    internal static BrokerRole? RoleOf(string name) => name switch
    {
        "master" => BrokerRole.Master,
        "slave" => BrokerRole.Slave,
        _ when name.StartsWith(WaitingName, StringComparison.Ordinal) => BrokerRole.Waiting,
        _ => null,
    };

    /// <summary>The nodes above this one, the highest first.</summary>
    internal static IEnumerable<string> Above(string path)
    {
        for (int end = path.IndexOf('/', 1); end > 0; end = path.IndexOf('/', end + 1))
            yield return path[..end];
    }
}
