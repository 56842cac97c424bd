using Forewave.Storage.MySql.Schema;
using Forewave.Storage.MySql.Tests.Server;
using Forewave.Testing;

namespace Forewave.Storage.MySql.Tests.Scenarios;

/// <summary>Brokers of scenarios, each on databases of its own.</summary>
internal static class StoreOnMySql
{
    public static Task<TestBroker> StartAsync(MariaDbServer server)
    {
        SchemaNames names = server.NewNames();
        return TestBroker.StartAsync(new TestBrokerOptions { MySql = $"socket={server.Socket};user=forewave;password=secret;schema={names.Queues}" });
    }
}
