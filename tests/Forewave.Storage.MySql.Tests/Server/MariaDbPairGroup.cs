namespace Forewave.Storage.MySql.Tests.Server;

/// <summary>The tests that share one pair of servers, one after the other.</summary>
[CollectionDefinition(Name)]
public sealed class MariaDbPairGroup : ICollectionFixture<MariaDbPair>
{
    public const string Name = "mariadb pair";
}
