namespace Forewave.Coordination.ZooKeeper.Tests.Server;

/// <summary>The tests that share one server, each with partitions of its own.</summary>
[CollectionDefinition(Name)]
public sealed class ZooKeeperGroup : ICollectionFixture<ZooKeeperServer>
{
    internal const string Name = "one ZooKeeper";
}
