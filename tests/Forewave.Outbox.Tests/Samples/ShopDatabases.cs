using System.Data.Common;
using Forewave.Outbox.Tests.Databases;
using Forewave.Samples.Databases;
using Microsoft.Extensions.Configuration;

namespace Forewave.Outbox.Tests.Samples;

/// <summary>Databases for the order service and the stock service, new and empty.</summary>
internal sealed class ShopDatabases
{
    private readonly IConfiguration _settings;

    private ShopDatabases(params string[] arguments) =>
        (Arguments, _settings) = (arguments, new ConfigurationBuilder().AddCommandLine(arguments).Build());

    /// <summary>What the programs are told.</summary>
    public IReadOnlyList<string> Arguments { get; }

    public ServiceDatabase Orders => new(_settings, "orders");

    public ServiceDatabase Stock => new(_settings, "stock");

    public static async Task<ShopDatabases> NewAsync(IDatabaseServer server) => new(
        $"--Database={server.Kind}",
        $"--ConnectionStrings:orders={await server.NewDatabaseAsync()}",
        $"--ConnectionStrings:stock={await server.NewDatabaseAsync()}");

    public static async Task RunAsync(ServiceDatabase database, string sql)
    {
        await using DbConnection connection = await database.OpenAsync();
        await using DbCommand command = connection.CreateCommand();
        command.CommandText = sql;
        await command.ExecuteNonQueryAsync();
    }
}
