using System.Data.Common;
using Dapper;
using Forewave.Samples.Databases;

namespace Forewave.Samples.Orders;

/// <summary>The orders that were taken.</summary>
internal sealed class OrderTable(ServiceDatabase database)
{
    public Task MigrateAsync() => database.MigrateAsync(
        "CREATE TABLE IF NOT EXISTS orders (id VARCHAR(64) NOT NULL PRIMARY KEY, amount BIGINT NOT NULL, article VARCHAR(64) NOT NULL)",
        "CREATE TABLE IF NOT EXISTS message_transactions (id VARCHAR(22) NOT NULL PRIMARY KEY, committed INTEGER NOT NULL)");

    public async Task<Order?> FindAsync(string id)
    {
        await using DbConnection connection = await database.OpenAsync();
        return await connection.QuerySingleOrDefaultAsync<Order>("SELECT id, amount, article FROM orders WHERE id = @id", new { id });
    }

    /// <summary>Fails where an order with this id is there.</summary>
    public static Task AddAsync(DbTransaction transaction, Order order) =>
        transaction.Connection!.ExecuteAsync("INSERT INTO orders (id, amount, article) VALUES (@Id, @Amount, @Article)", order, transaction);
}
