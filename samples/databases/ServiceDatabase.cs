using System.Data.Common;
using Dapper;
using Forewave.Outbox;
using Microsoft.Data.Sqlite;
using Microsoft.Extensions.Configuration;
using MySql.Data.MySqlClient;
using Npgsql;

namespace Forewave.Samples.Databases;

/// <summary>
/// A service's own database: a file of SQLite, unless the setting <c>Database</c> says <c>MySql</c> (MariaDB too) or <c>PostgreSql</c> and
/// <c>ConnectionStrings:</c> with the service's name says where. That is for the samples: a service that knows its database opens its connections.
/// </summary>
public sealed class ServiceDatabase
{
    private readonly string _connection;

    static ServiceDatabase() => SQLitePCL.Batteries_V2.Init();

    public ServiceDatabase(IConfiguration settings, string service)
    {
        Tables = new OutboxTables { Database = settings.GetValue("Database", DatabaseKind.Sqlite) };
        _connection = settings.GetConnectionString(service) ?? $"Data Source={service}.db";
    }

    /// <summary>Outbox and inbox in it.</summary>
    public OutboxTables Tables { get; }

    public DbConnection Connect() => Tables.Database switch
    {
        DatabaseKind.MySql => new MySqlConnection(_connection),
        DatabaseKind.PostgreSql => new NpgsqlConnection(_connection),
        _ => new SqliteConnection(_connection),
    };

    public async Task<DbConnection> OpenAsync(CancellationToken cancellation = default)
    {
        DbConnection connection = Connect();
        await connection.OpenAsync(cancellation);
        return connection;
    }

    /// <summary>What an INSERT ends with that changes nothing where its key is there.</summary>
    public string OrNothing(string key) => Tables.Database == DatabaseKind.MySql ? $"ON DUPLICATE KEY UPDATE {key} = {key}" : "ON CONFLICT DO NOTHING";

    /// <summary>Makes the service's tables, and those of outbox and inbox, where they are not there.</summary>
    public async Task MigrateAsync(params string[] statements)
    {
        string? first = Tables.Database switch
        {
            // Readers and the writer do not wait for each other.
            DatabaseKind.Sqlite => "PRAGMA journal_mode = WAL",
            // That a table is there already is no warning: one breaks the connection of this driver to MariaDB.
            DatabaseKind.MySql => "SET sql_notes = 0",
            _ => null,
        };
        await using DbConnection connection = await OpenAsync();
        foreach (string statement in statements.Prepend(first).OfType<string>())
        {
            await connection.ExecuteAsync(statement);
        }

        await OutboxSchema.MigrateAsync(connection, Tables);
    }
}
