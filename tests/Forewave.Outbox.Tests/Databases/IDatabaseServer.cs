using System.Data.Common;

namespace Forewave.Outbox.Tests.Databases;

/// <summary>A database of the tests' own.</summary>
public interface IDatabaseServer : IAsyncLifetime
{
    DatabaseKind Kind { get; }

    /// <summary>A new, empty database: what its connections are made with.</summary>
    Task<string> NewDatabaseAsync();

    /// <summary>Connections to a database.</summary>
    DbConnection Connect(string database);

    /// <summary>kill -9, and waits until it is gone. Of a database within the program: nothing.</summary>
    Task KillAsync();

    /// <summary>Starts it again.</summary>
    Task StartAsync();
}
