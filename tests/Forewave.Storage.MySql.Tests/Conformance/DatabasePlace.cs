using Forewave.Storage.Conformance;
using Forewave.Storage.MySql.Interop;
using Forewave.Storage.MySql.Schema;
using Forewave.Storage.MySql.Tests.Server;

namespace Forewave.Storage.MySql.Tests.Conformance;

/// <summary>Databases of a store's own on the tests' server; dropped afterwards.</summary>
internal sealed class DatabasePlace(MariaDbServer server) : IStorePlace
{
    /// <summary>Their names.</summary>
    public SchemaNames Names { get; } = server.NewNames();

    /// <summary>How a store on them is opened.</summary>
    public MySqlStoreOptions Options => new() { Connection = server.Broker, Names = Names, RecentMemoryBytes = 8 << 20 };

    public IStore Open(TimeProvider time) => new MySqlStore(Options, time);

    public ValueTask DisposeAsync()
    {
        using Connection root = Connection.Open(server.Administrator);
        root.Execute($"DROP DATABASE IF EXISTS {Names.Log}");
        root.Execute($"DROP DATABASE IF EXISTS {Names.Queues}");
        return ValueTask.CompletedTask;
    }
}
