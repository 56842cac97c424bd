using Forewave.Outbox.Tests.Databases;
using Forewave.Samples.Shop;

namespace Forewave.Outbox.Tests.Samples;

/// <summary>The reconciliation of <c>samples/shop</c> sees each difference that there can be, and none where there is none.</summary>
public sealed class ReconciliationTests(SqliteFile server) : IClassFixture<SqliteFile>
{
    private static readonly Order[] Accepted = [new("a", 2, "book"), new("b", 1, "book"), new("c", 4, "lamp")];

    [Fact]
    public async Task Nothing_differs_when_every_order_has_its_effect_once()
    {
        Assert.Empty(await DifferencesAsync("", ""));
    }

    [Fact]
    public async Task Order_that_nobody_was_told_of_is_no_difference_when_it_has_its_effect()
    {
        Assert.Empty(await DifferencesAsync(
            "INSERT INTO orders VALUES ('d', 1, 'lamp')",
            "INSERT INTO withdrawals VALUES ('d', 1, 'lamp'); UPDATE stock SET amount = amount - 1 WHERE article = 'lamp'"));
    }

    [Theory]
    [InlineData("DELETE FROM orders WHERE id = 'a'", "", "Order { Id = a, Amount = 2, Article = book } was accepted, and is not among the orders")]
    [InlineData("DELETE FROM orders WHERE id = 'a'", "", "Order { Id = a, Amount = 2, Article = book } has an effect on the stock, and is not among the orders")]
    [InlineData("INSERT INTO orders VALUES ('d', 1, 'lamp')", "", "Order { Id = d, Amount = 1, Article = lamp } was taken, and has no effect on the stock")]
    [InlineData("", "DELETE FROM withdrawals WHERE order_id = 'c'", "Order { Id = c, Amount = 4, Article = lamp } was taken, and has no effect on the stock")]
    [InlineData("", "INSERT INTO withdrawals VALUES ('d', 1, 'lamp')", "Order { Id = d, Amount = 1, Article = lamp } has an effect on the stock, and is not among the orders")]
    [InlineData("", "INSERT INTO withdrawals VALUES ('b', 1, 'book')", "Order b has 2 effects on the stock")]
    [InlineData("", "UPDATE withdrawals SET amount = 5 WHERE order_id = 'c'", "Order { Id = c, Amount = 4, Article = lamp } was taken, and has no effect on the stock")]
    [InlineData("", "UPDATE withdrawals SET article = 'book' WHERE order_id = 'c'", "Order { Id = c, Amount = 4, Article = lamp } was taken, and has no effect on the stock")]
    [InlineData("", "UPDATE stock SET amount = amount - 1 WHERE article = 'book'", "StockLevel { Delivered = 100, Article = book, Amount = 96 } after orders of 3")]
    public async Task Difference_is_told_when_it_was_planted(string inOrders, string inStock, string difference)
    {
        Assert.Contains(difference, await DifferencesAsync(inOrders, inStock));
    }

    private async Task<IReadOnlyList<string>> DifferencesAsync(string inOrders, string inStock)
    {
        ShopDatabases databases = await ShopDatabases.NewAsync(server);
        await ShopDatabases.RunAsync(databases.Orders, $"""
            CREATE TABLE orders (id VARCHAR(64) NOT NULL PRIMARY KEY, amount BIGINT NOT NULL, article VARCHAR(64) NOT NULL);
            INSERT INTO orders VALUES ('a', 2, 'book'), ('b', 1, 'book'), ('c', 4, 'lamp');
            {inOrders}
            """);
        await ShopDatabases.RunAsync(databases.Stock, $"""
            CREATE TABLE stock (article VARCHAR(64) NOT NULL PRIMARY KEY, delivered BIGINT NOT NULL, amount BIGINT NOT NULL);
            CREATE TABLE withdrawals (order_id VARCHAR(64) NOT NULL, amount BIGINT NOT NULL, article VARCHAR(64) NOT NULL);
            INSERT INTO stock VALUES ('book', 100, 97), ('lamp', 100, 96);
            INSERT INTO withdrawals VALUES ('a', 2, 'book'), ('b', 1, 'book'), ('c', 4, 'lamp');
            {inStock}
            """);
        return await Reconciliation.DifferencesAsync(Accepted, databases.Orders, databases.Stock);
    }
}
