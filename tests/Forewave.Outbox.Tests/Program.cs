using System.Data.Common;
using Forewave.Client;
using Forewave.Outbox.Tests.Databases;

namespace Forewave.Outbox.Tests;

/// <summary>What a test runs in a process of its own; the tests themselves do not come here.</summary>
internal static class Program
{
    public static async Task<int> Main(string[] arguments)
    {
        if (arguments is not ["relay", var kind, var database, var broker])
        {
            return 2;
        }

        DatabaseKind parsed = Enum.Parse<DatabaseKind>(kind);
        await using ForewaveClient client = new(broker);
        await using OutboxRelay relay = new(client, new OutboxRelayOptions
        {
            Tables = new OutboxTables { Database = parsed },
            Connect = () => Connect(parsed, database),
            Lease = TimeSpan.FromSeconds(1),
            PollInterval = TimeSpan.FromMilliseconds(10),
            ClaimRows = 50,
        });
        await relay.RunAsync(CancellationToken.None);
        return 0;
    }

    private static DbConnection Connect(DatabaseKind kind, string database) => kind switch
    {
        DatabaseKind.MySql => MariaDb.Open(database),
        DatabaseKind.PostgreSql => PostgreSql.Open(database),
        _ => SqliteFile.Open(database),
    };
}
