using System.Data.Common;
using Npgsql;

namespace Forewave.Outbox.Tests.Databases;

/// <summary>A PostgreSQL of the tests' own.</summary>
public sealed class PostgreSql : IDatabaseServer
{
    private readonly ServerPrograms _server = new("postgres");
    private int _databases;

    public DatabaseKind Kind => DatabaseKind.PostgreSql;

    public static DbConnection Open(string connection) => new NpgsqlConnection(connection);

    public async Task<string> NewDatabaseAsync()
    {
        string name = $"test{Interlocked.Increment(ref _databases)}";
        await using DbConnection connection = Connect(ConnectionTo("postgres"));
        await connection.OpenAsync();
        await using DbCommand create = connection.CreateCommand();
        create.CommandText = $"CREATE DATABASE {name}";
        await create.ExecuteNonQueryAsync();
        return ConnectionTo(name);
    }

    public DbConnection Connect(string database) => Open(database);

    public Task KillAsync() => _server.KillAsync();

    public async Task StartAsync()
    {
        // What a killed server leaves tells its next start that it runs.
        File.Delete(Path.Combine(_server.Folder.FullName, "data", "postmaster.pid"));
        _server.Start(
            "postgres", "-D", $"{_server.Folder.FullName}/data", "-p", $"{_server.Port}", "-c", "listen_addresses=127.0.0.1", "-c",
            $"unix_socket_directories={_server.Folder.FullName}", "-c", "shared_buffers=64MB", "-c", "max_connections=50",
            // In its folder: what a killed server leaves elsewhere nobody removes.
            "-c", "dynamic_shared_memory_type=mmap");
        await Until.SucceedsAsync(async () =>
        {
            await using DbConnection connection = Connect(ConnectionTo("postgres"));
            await connection.OpenAsync();
        });
    }

    public async Task InitializeAsync()
    {
        if (Environment.UserName == "root")
        {
            await ServerPrograms.RunAsync("chown", "postgres:postgres", _server.Folder.FullName);
        }

        await ServerPrograms.RunAsync("initdb", "-D", $"{_server.Folder.FullName}/data", "-U", "postgres", "--auth=trust", "--no-sync");
        await StartAsync();
    }

    public async Task DisposeAsync() => await _server.DisposeAsync();

    private string ConnectionTo(string database) => $"Host=127.0.0.1;Port={_server.Port};Database={database};Username=postgres;Pooling=False;Timeout=5";
}
