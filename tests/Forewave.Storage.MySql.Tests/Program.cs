using Forewave.Storage.MySql.Tests.Transactions;

namespace Forewave.Storage.MySql.Tests;

/// <summary>What a test runs in a process of its own; the tests themselves do not come here.</summary>
internal static class Program
{
    public static Task<int> Main(string[] arguments) => arguments switch
    {
        ["shop", var broker, var socket, var schema, var seed] => Shop.RunAsync(broker, new ShopDatabase(ShopDatabase.At(socket, schema)), int.Parse(seed)),
        _ => Task.FromResult(2),
    };
}
