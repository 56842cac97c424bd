using System.Data.Common;
using MySql.Data.MySqlClient;

namespace Forewave.Outbox.Tests.Databases;

/// <summary>A MariaDB of the tests' own, by Oracle's driver.</summary>
public sealed class MariaDb : IDatabaseServer
{
    private readonly ServerPrograms _server = new("mariadb");
    private int _databases;

    public DatabaseKind Kind => DatabaseKind.MySql;

    public static DbConnection Open(string connection) => new MySqlConnection(connection);

    public async Task<string> NewDatabaseAsync()
    {
        string name = $"test{Interlocked.Increment(ref _databases)}";
        await using DbConnection connection = Connect(ConnectionTo("mysql"));
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
        _server.Start(
            "mariadbd", "--no-defaults", $"--datadir={_server.Folder.FullName}/data", $"--socket={_server.Folder.FullName}/s", $"--port={_server.Port}",
            "--bind-address=127.0.0.1", $"--tmpdir={_server.Folder.FullName}", $"--user={Environment.UserName}", "--innodb-buffer-pool-size=64M",
            "--skip-name-resolve", "--skip-grant-tables", "--skip-networking=0",
            // Oracle's driver reads the ids of all collations, and of the newer ones MariaDB has none else.
            "--old-mode=UTF8_IS_UTF8MB3,NO_NULL_COLLATION_IDS");
        await Until.SucceedsAsync(async () =>
        {
            await using DbConnection connection = Connect(ConnectionTo("mysql"));
            await connection.OpenAsync();
        });
    }

    public async Task InitializeAsync()
    {
        await ServerPrograms.RunAsync(
            "mariadb-install-db", "--no-defaults", $"--datadir={_server.Folder.FullName}/data", "--auth-root-authentication-method=normal", "--skip-test-db",
            $"--tmpdir={_server.Folder.FullName}", $"--user={Environment.UserName}", "--skip-name-resolve");
        await StartAsync();
    }

    public async Task DisposeAsync() => await _server.DisposeAsync();

    private string ConnectionTo(string database) =>
        $"Server=127.0.0.1;Port={_server.Port};Database={database};User Id=root;SslMode=None;CharSet=utf8mb4;Pooling=False;Connection Timeout=5";
}
