using System.Data.Common;
using System.Diagnostics;
using Forewave.Client;
using Forewave.Outbox;
using Forewave.Outbox.Relaying;
using Forewave.Outbox.Sql;
using Forewave.Protocol;
using Microsoft.Data.Sqlite;
using MySql.Data.MySqlClient;
using Npgsql;

namespace Forewave.Bench.Outbox;

/// <summary>
/// Rows per second of a relay with a broker, and of the same statements without one, in turns: the same claims in transactions of the same size,
/// what was claimed before marked in the next one.
/// </summary>
internal sealed class RelayBench(DatabaseKind kind, string connectionString)
{
    private const int WarmUpRows = 8_000;
    private readonly OutboxTables _tables = new() { Database = kind };

    public required int Rows { get; init; }

    public required int BodyBytes { get; init; }

    public async Task<int> RunAsync(string broker, int rounds)
    {
        await using DbConnection connection = await OpenAsync();
        await OutboxSchema.MigrateAsync(connection, _tables);
        await using ForewaveClient client = new(broker);
        await FillAsync(connection, WarmUpRows);
        await RelayedAsync(client, connection);
        await FillAsync(connection, WarmUpRows);
        await AloneAsync(connection, WarmUpRows);
        List<double> shares = [];
        for (int round = 0; round < rounds; round++)
        {
            await FillAsync(connection, Rows);
            double alone = Rows / await AloneAsync(connection, Rows);
            await FillAsync(connection, Rows);
            long before = await StoredAsync(client);
            double relayed = Rows / await RelayedAsync(client, connection);
            if (await StoredAsync(client) - before != Rows)
            {
                Console.Error.WriteLine($"{await StoredAsync(client) - before} messages of {Rows} rows");
                return 1;
            }

            shares.Add(relayed / alone);
            Console.WriteLine($"{kind,-10} alone {alone,8:N0}/s  relay {relayed,8:N0}/s  {relayed / alone:P0}");
        }

        shares.Sort();
        Console.WriteLine($"{kind,-10} median {shares[shares.Count / 2]:P0}");
        return 0;
    }

    private async Task FillAsync(DbConnection connection, int rows)
    {
        await Commands.RunAsync(connection, null, new Statement($"DELETE FROM {_tables.Outbox}"), CancellationToken.None);
        OutboxWriter writer = new(_tables);
        byte[] body = new byte[BodyBytes];
        for (int written = 0; written < rows; written += 1_000)
        {
            await using DbTransaction transaction = await connection.BeginTransactionAsync();
            await writer.AddAsync(transaction, new QueueName("outbox-bench"), [.. Enumerable.Repeat(new Message(body), 1_000)]);
            await transaction.CommitAsync();
        }
    }

    private async Task<double> AloneAsync(DbConnection connection, int rows)
    {
        OutboxRelayOptions options = Options();
        RelayTables tables = new(_tables, connection);
        (long token, long claims) = (await tables.TryTakeAsync("bench", TimeSpan.Zero, default))!.Value;
        LaneState lane = (await tables.LanesAsync(default))[0];
        Claim? before = null;
        long begun = Stopwatch.GetTimestamp();
        for (int claimed = 0; claimed < rows || before is not null;)
        {
            List<ClaimedRow> next = await tables.UnsentAsync(new ClaimSize(options.ClaimRows, options.ClaimBytes), default);
            foreach (ClaimedRow row in next)
            {
                (row.Partition, row.Sequence) = (lane.Partition, lane.NextSequence++);
            }

            await using DbTransaction transaction = await tables.BeginAsync(default);
            await tables.RenewAsync(transaction, token, new LastClaim(++claims), default);
            if (before is not null)
            {
                await tables.MarkSentAsync(transaction, before.Number, default);
            }

            await tables.WriteAsync(transaction, lane, default);
            before = next.Count == 0 ? null : new Claim(claims, next);
            if (before is not null)
            {
                await tables.ClaimAsync(transaction, before, default);
            }

            await transaction.CommitAsync();
            claimed += next.Count;
        }

        double seconds = Stopwatch.GetElapsedTime(begun).TotalSeconds;
        // The broker has not seen these sequences: the next relay is to go on after those that it has.
        await Commands.RunAsync(connection, null, new Statement($"UPDATE {_tables.Lane} SET next_seq = next_seq - {rows}"), default);
        await tables.ReturnAsync(token, default);
        return seconds;
    }

    private async Task<double> RelayedAsync(ForewaveClient client, DbConnection connection)
    {
        await using OutboxRelay relay = new(client, Options());
        using CancellationTokenSource end = new();
        long begun = Stopwatch.GetTimestamp();
        Task running = relay.RunAsync(end.Token);
        RelayTables tables = new(_tables, connection);
        while (await tables.CountAsync(OutboxRowState.Unsent, 1, default) + await tables.CountAsync(OutboxRowState.Claimed, 1, default) > 0)
        {
            await Task.Delay(TimeSpan.FromMilliseconds(5), TimeProvider.System);
        }

        double seconds = Stopwatch.GetElapsedTime(begun).TotalSeconds;
        await end.CancelAsync();
        await running;
        return seconds;
    }

    private static async Task<long> StoredAsync(ForewaveClient client) =>
        (await client.Administration.ShowQueueAsync(new QueueName("outbox-bench"))).Messages;

    private OutboxRelayOptions Options() => new() { Tables = _tables, Connect = Connect };

    private async Task<DbConnection> OpenAsync()
    {
        DbConnection connection = Connect();
        await connection.OpenAsync();
        foreach (string statement in Dialect.Of(kind).Begin(TimeSpan.FromMinutes(10)))
        {
            await Commands.RunAsync(connection, null, new Statement(statement), CancellationToken.None);
        }

        return connection;
    }

    private DbConnection Connect()
    {
        switch (kind)
        {
            case DatabaseKind.MySql:
                return new MySqlConnection(connectionString);
            case DatabaseKind.PostgreSql:
                return new NpgsqlConnection(connectionString);
            default:
                SQLitePCL.Batteries_V2.Init();
                return new SqliteConnection(connectionString);
        }
    }
}
