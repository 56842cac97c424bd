using Forewave.Samples.Shop;
using Microsoft.Extensions.Configuration;

// The order service and the stock service with a broker, killed at random under load; then the reconciliation: do orders and stock agree?
//   dotnet run --project samples/shop                       by both ways, a minute each, with SQLite
//   dotnet run --project samples/shop -- --Way=outbox --Seconds=300 --Seed=7
//   dotnet run --project samples/shop -- --Database=PostgreSql --ConnectionStrings:orders='Host=…' --ConnectionStrings:stock='Host=…'
// --Folder=… keeps what the programs print and store, which otherwise only stays where something differs.
// A seed brings the same orders and kills, not the same instants. Databases that are named have to be empty. Exit code 0: they agree. 1: they do not.
IConfiguration settings = new ConfigurationBuilder().AddCommandLine(args).Build();
TimeSpan load = TimeSpan.FromSeconds(settings.GetValue("Seconds", 60));
int seed = settings.GetValue("Seed", Random.Shared.Next());
string[] ways = settings["Way"] is { } one ? [one] : ["transaction", "outbox"];
DirectoryInfo folder = settings["Folder"] is { } named ? Directory.CreateDirectory(named) : Directory.CreateTempSubdirectory("forewave-shop-");
Console.WriteLine($"seed {seed}, files in {folder.FullName}");

List<string> differences = [];
await using (WholeShop shop = new(settings, folder, seed))
{
    shop.Start();
    try
    {
        foreach (string way in ways)
            Console.WriteLine(await shop.RunAsync(way, load));
    }
    catch (Exception late) when (late is TimeoutException or OperationCanceledException)
    {
        differences.Add(late.Message);
    }

    differences.AddRange(await shop.DifferencesAsync());
}

foreach (string difference in differences)
    Console.Error.WriteLine(difference);
if (differences.Count > 0)
    return 1;
Console.WriteLine("orders and stock agree");
if (settings["Folder"] is null)
    folder.Delete(recursive: true);
return 0;
