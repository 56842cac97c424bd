using Forewave.Integration.Tests.Processes;
using Forewave.Outbox.Tests.Databases;

namespace Forewave.Outbox.Tests.Samples;

/// <summary>The command of <c>samples/shop</c> by each way on each database, for long.</summary>
[Trait("Suite", "samples")]
public sealed class LongShopTests
{
    [NightlyTheory]
    [InlineData("transaction", DatabaseKind.Sqlite)]
    [InlineData("transaction", DatabaseKind.MySql)]
    [InlineData("transaction", DatabaseKind.PostgreSql)]
    [InlineData("outbox", DatabaseKind.Sqlite)]
    [InlineData("outbox", DatabaseKind.MySql)]
    [InlineData("outbox", DatabaseKind.PostgreSql)]
    public async Task Orders_and_stock_agree_after_five_minutes_of_kills(string way, DatabaseKind kind)
    {
        // Not a fixture: of a class whose tests are all skipped it would be started too.
        IDatabaseServer server = kind switch { DatabaseKind.MySql => new MariaDb(), DatabaseKind.PostgreSql => new PostgreSql(), _ => new SqliteFile() };
        await server.InitializeAsync();
        try
        {
            ShopDatabases databases = await ShopDatabases.NewAsync(server);
            await using ProgramProcess shop = ProgramProcess.StartProgram("Forewave.Samples.Shop.dll", ["--Seconds=300", $"--Way={way}", .. databases.Arguments]);

            ProgramResult result = await shop.EndAsync();

            Console.WriteLine(result.Output);
            Assert.True(result.ExitCode == 0, $"{result}");
        }
        finally
        {
            await server.DisposeAsync();
        }
    }
}
