using System.Data.Common;
using Dapper;
using Forewave.Samples.Databases;

namespace Forewave.Samples.Shop;

/// <summary>Compares what clients were told with the orders, and the orders with the stock.</summary>
internal static class Reconciliation
{
    /// <param name="accepted">What the order service said it took.</param>
    /// <param name="orders">Its database.</param>
    /// <param name="stock">The stock service's.</param>
    /// <returns>Empty: all agree.</returns>
    public static async Task<IReadOnlyList<string>> DifferencesAsync(IReadOnlyCollection<Order> accepted, ServiceDatabase orders, ServiceDatabase stock)
    {
        List<Order> taken = await ReadAsync<Order>(orders, "SELECT id, amount, article FROM orders");
        List<Order> withdrawn = await ReadAsync<Order>(stock, "SELECT order_id AS id, amount, article FROM withdrawals");
        List<StockLevel> levels = await ReadAsync<StockLevel>(stock, "SELECT delivered, article, amount FROM stock");
        ILookup<string, long> amounts = withdrawn.ToLookup(order => order.Article, order => order.Amount);
        return
        [
            .. accepted.Except(taken).Select(order => $"{order} was accepted, and is not among the orders"),
            .. taken.Except(withdrawn).Select(order => $"{order} was taken, and has no effect on the stock"),
            .. withdrawn.Except(taken).Select(order => $"{order} has an effect on the stock, and is not among the orders"),
            .. withdrawn.CountBy(order => order.Id).Where(count => count.Value > 1).Select(count => $"Order {count.Key} has {count.Value} effects on the stock"),
            .. levels.Where(level => level.Delivered - amounts[level.Article].Sum() != level.Amount)
                .Select(level => $"{level} after orders of {amounts[level.Article].Sum()}"),
        ];
    }

    private static async Task<List<T>> ReadAsync<T>(ServiceDatabase database, string query)
    {
        await using DbConnection connection = await database.OpenAsync();
        return [.. await connection.QueryAsync<T>(query)];
    }
}
