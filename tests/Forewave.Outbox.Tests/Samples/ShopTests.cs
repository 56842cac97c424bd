using Forewave.Integration.Tests.Processes;
using Forewave.Outbox.Tests.Databases;

namespace Forewave.Outbox.Tests.Samples;

/// <summary>The command of <c>samples/shop</c>, as a user runs it.</summary>
[Trait("Suite", "samples")]
public sealed class ShopTests(SqliteFile server) : IClassFixture<SqliteFile>
{
    [Fact]
    public async Task Orders_and_stock_agree_by_both_ways_when_every_program_was_killed()
    {
        await using ProgramProcess shop = ProgramProcess.StartProgram("Forewave.Samples.Shop.dll", "--Seconds=6");

        ProgramResult result = await shop.EndAsync();

        Console.WriteLine(result.Output);
        Assert.True(result.ExitCode == 0, $"{result}");
        Assert.Matches("(?m)^transaction: [1-9][0-9]* orders accepted, .*: broker [1-9][0-9]*, orders [1-9][0-9]*, stock [1-9][0-9]* times$", result.Output);
        Assert.Matches("(?m)^outbox: [1-9][0-9]* orders accepted, ", result.Output);
        Assert.EndsWith("orders and stock agree\n", result.Output);
    }

    [Fact]
    public async Task Shop_fails_and_tells_the_difference_when_the_stock_has_an_effect_without_an_order()
    {
        ShopDatabases databases = await ShopDatabases.NewAsync(server);
        await ShopDatabases.RunAsync(databases.Stock, "CREATE TABLE withdrawals (order_id VARCHAR(64) NOT NULL, amount BIGINT NOT NULL, article VARCHAR(64) NOT NULL)");
        await ShopDatabases.RunAsync(databases.Stock, "INSERT INTO withdrawals (order_id, amount, article) VALUES ('nobodys', 3, 'book')");
        using TemporaryFolder folder = new();
        await using ProgramProcess shop = ProgramProcess.StartProgram(
            "Forewave.Samples.Shop.dll", ["--Seconds=0", "--Way=outbox", $"--Folder={folder.Path}", .. databases.Arguments]);

        ProgramResult result = await shop.EndAsync();

        Assert.True(result.ExitCode == 1, $"{result}");
        Assert.Contains("Order { Id = nobodys, Amount = 3, Article = book } has an effect on the stock, and is not among the orders", result.Errors);
        Assert.DoesNotContain("agree", result.Output);
    }
}
