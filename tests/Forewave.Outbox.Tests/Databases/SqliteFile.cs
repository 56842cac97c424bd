using System.Data.Common;
using Microsoft.Data.Sqlite;

namespace Forewave.Outbox.Tests.Databases;

/// <summary>SQLite, a file for each test.</summary>
public sealed class SqliteFile : IDatabaseServer
{
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("forewave-sqlite-");
    private int _databases;

    public DatabaseKind Kind => DatabaseKind.Sqlite;

    public static DbConnection Open(string connection)
    {
        SQLitePCL.Batteries_V2.Init();
        return new SqliteConnection(connection);
    }

    public async Task<string> NewDatabaseAsync()
    {
        string connection = $"Data Source={_folder.FullName}/{Interlocked.Increment(ref _databases)}.db;Pooling=False";
        await using DbConnection first = Connect(connection);
        await first.OpenAsync();
        // Readers do not wait for the writer: as programs have it. What is killed here are processes, not machines.
        await using DbCommand mode = first.CreateCommand();
        mode.CommandText = "PRAGMA journal_mode = WAL";
        await mode.ExecuteNonQueryAsync();
        return connection;
    }

    public DbConnection Connect(string database) => Open(database);

    public Task KillAsync() => Task.CompletedTask;

    public Task StartAsync() => Task.CompletedTask;

    public Task InitializeAsync() => Task.CompletedTask;

    public Task DisposeAsync()
    {
        _folder.Delete(recursive: true);
        return Task.CompletedTask;
    }
}
