using System.Data.Common;
using System.Globalization;
using System.Text;
using Forewave.Client;
using Forewave.Protocol;

namespace Forewave.Outbox.Tests.Databases;

/// <summary>A database with an outbox and an inbox, as a program has them.</summary>
internal sealed class Place
{
    private readonly IDatabaseServer _server;

    private Place(IDatabaseServer server, string connection)
    {
        (_server, Connection) = (server, connection);
        Tables = new OutboxTables { Database = server.Kind };
        Writer = new OutboxWriter(Tables);
    }

    public string Connection { get; }

    public OutboxTables Tables { get; }

    public OutboxWriter Writer { get; }

    public static async Task<Place> NewAsync(IDatabaseServer server)
    {
        Place place = new(server, await server.NewDatabaseAsync());
        await using DbConnection connection = await place.OpenAsync();
        await OutboxSchema.MigrateAsync(connection, place.Tables);
        await place.RunAsync("CREATE TABLE orders (id INTEGER NOT NULL PRIMARY KEY, amount INTEGER NOT NULL)");
        return place;
    }

    public DbConnection Connect() => _server.Connect(Connection);

    public async Task<DbConnection> OpenAsync()
    {
        DbConnection connection = Connect();
        await connection.OpenAsync();
        return connection;
    }

    public OutboxRelayOptions Options => new()
    {
        Tables = Tables, Connect = Connect, Lease = TimeSpan.FromSeconds(1), PollInterval = TimeSpan.FromMilliseconds(10), ParkedRetry = TimeSpan.FromSeconds(1),
    };

    public async Task RunAsync(string sql)
    {
        await using DbConnection connection = await OpenAsync();
        await using DbCommand command = connection.CreateCommand();
        command.CommandText = sql;
        await command.ExecuteNonQueryAsync();
    }

    public async Task<long> NumberAsync(string sql)
    {
        await using DbConnection connection = await OpenAsync();
        await using DbCommand command = connection.CreateCommand();
        command.CommandText = sql;
        return Convert.ToInt64(await command.ExecuteScalarAsync(), CultureInfo.InvariantCulture);
    }

    public async Task<string> TextAsync(string sql)
    {
        await using DbConnection connection = await OpenAsync();
        await using DbCommand command = connection.CreateCommand();
        command.CommandText = sql;
        return (string)(await command.ExecuteScalarAsync())!;
    }

    public Task<long> CountAsync(int state) => NumberAsync($"SELECT COUNT(*) FROM forewave_outbox WHERE state = {state}");

    /// <summary>Writes messages in one transaction.</summary>
    public async Task AddAsync(string queue, params Message[] messages)
    {
        await using DbConnection connection = await OpenAsync();
        await using DbTransaction transaction = await connection.BeginTransactionAsync();
        await Writer.AddAsync(transaction, new QueueName(queue), messages);
        await transaction.CommitAsync();
    }

    public Task AddAsync(string queue, params string[] bodies) => AddAsync(queue, [.. bodies.Select(body => Of(body))]);

    /// <summary>No row waits: all are sent, or set aside.</summary>
    public Task SentAsync() => Until.TrueAsync(async () => await NumberAsync("SELECT COUNT(*) FROM forewave_outbox WHERE state IN (0, 1)") == 0);

    public static Message Of(string body, string? key = null) => new(Encoding.UTF8.GetBytes(body)) { OrderingKey = key };
}
