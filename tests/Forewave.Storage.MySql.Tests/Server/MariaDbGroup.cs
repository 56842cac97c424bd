namespace Forewave.Storage.MySql.Tests.Server;

/// <summary>The tests that share one server, one after the other: some of them kill it.</summary>
[CollectionDefinition(Name)]
public sealed class MariaDbGroup : ICollectionFixture<MariaDbServer>
{
    public const string Name = "mariadb";
}
