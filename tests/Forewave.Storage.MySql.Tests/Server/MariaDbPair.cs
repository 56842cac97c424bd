using Forewave.Storage.MySql.Connections;
using Forewave.Storage.MySql.Interop;
using Forewave.Storage.MySql.Replication;

namespace Forewave.Storage.MySql.Tests.Server;

/// <summary>
/// Two MariaDBs that can follow each other, with the settings of a broker group. Each test begins with <see cref="ResetAsync"/>: both run,
/// are empty, write, and follow nobody.
/// </summary>
public sealed class MariaDbPair : IAsyncLifetime
{
    private static readonly string[] GroupOptions =
    [
        "--log-slave-updates", "--binlog-format=ROW", "--gtid-strict-mode=1", "--sync-binlog=1", "--skip-slave-start",
        "--rpl-semi-sync-master-wait-point=AFTER_SYNC", "--rpl-semi-sync-master-timeout=18446744073709551615",
        "--rpl-semi-sync-master-wait-no-slave=ON", "--rpl-semi-sync-slave-kill-conn-timeout=1",
    ];

    /// <summary>Begins as the master.</summary>
    internal MariaDbServer A { get; } = new() { Options = ["--server-id=1", "--log-bin=a-bin", "--relay-log=a-relay", .. GroupOptions] };

    /// <summary>Begins as the slave.</summary>
    internal MariaDbServer B { get; } = new() { Options = ["--server-id=2", "--log-bin=b-bin", "--relay-log=b-relay", .. GroupOptions] };

    public async Task InitializeAsync()
    {
        await Task.WhenAll(A.InitializeAsync(), B.InitializeAsync());
        foreach (MariaDbServer server in (MariaDbServer[])[A, B])
        {
            using Connection root = Connection.Open(server.Administrator);
            root.Execute("CREATE USER replica@'%' IDENTIFIED BY 'it''s \\\\ secret'");
            root.Execute("GRANT REPLICATION SLAVE ON *.* TO replica@'%'");
            // What docs/replication.md gives the account of a broker's replication, and nothing more.
            root.Execute("CREATE USER keeper@'%' IDENTIFIED BY 'secret'");
            root.Execute("""
                GRANT REPLICATION SLAVE ADMIN, REPLICATION MASTER ADMIN, REPLICA MONITOR, BINLOG ADMIN, READ_ONLY ADMIN, PROCESS, RELOAD ON *.* TO keeper@'%'
                """);
            // One account for all of it, as a broker group has it.
            root.Execute("CREATE USER pair@'%' IDENTIFIED BY 'secret'");
            root.Execute("""
                GRANT REPLICATION SLAVE, REPLICATION SLAVE ADMIN, REPLICATION MASTER ADMIN, REPLICA MONITOR, BINLOG ADMIN, READ_ONLY ADMIN, PROCESS, RELOAD ON *.* TO pair@'%'
                """);
        }
    }

    public async Task DisposeAsync()
    {
        await ThawAsync();
        await Task.WhenAll(A.DisposeAsync(), B.DisposeAsync());
    }

    /// <summary>The account that a broker uses for replication, over the socket.</summary>
    internal static ConnectionOptions Keeper(MariaDbServer server) => server.Administrator with { User = "keeper", Password = "secret" };

    /// <summary>How the other one follows a server.</summary>
    internal static MasterPlace Place(MariaDbServer server) =>
        new() { Host = "127.0.0.1", Port = server.Port, User = "replica", Password = @"it's \ secret", Tls = TlsMode.Off };

    private async Task ThawAsync()
    {
        foreach (MariaDbServer server in ((MariaDbServer[])[A, B]).Where(server => server.IsUp))
        {
            await server.GoOnAsync();
        }
    }

    internal async Task ResetAsync()
    {
        await ThawAsync();
        foreach (MariaDbServer server in (MariaDbServer[])[A, B])
        {
            if (!server.IsUp)
            {
                await server.StartAsync();
            }

            using Connection root = Connection.Open(server.Administrator);
            root.Execute("SET GLOBAL rpl_semi_sync_master_enabled = OFF");
            root.Execute("STOP SLAVE");
            root.Execute("RESET SLAVE ALL");
            root.Execute("SET GLOBAL read_only = OFF");
        }

        // Nobody follows by now.
        foreach (MariaDbServer server in (MariaDbServer[])[A, B])
        {
            using Connection root = Connection.Open(server.Administrator);
            root.Execute("SET sql_log_bin = OFF");
            foreach (string database in Databases(root))
            {
                root.Execute($"DROP DATABASE `{database}`");
            }

            root.Execute("RESET MASTER");
            root.Execute("SET GLOBAL gtid_slave_pos = ''");
        }
    }

    private static List<string> Databases(Connection root)
    {
        var names = new List<string>();
        var row = new ResultRow(ColumnType.Text);
        using RowReader reader = root.Prepare("SHOW DATABASES").Query(null, row);
        while (reader.Next())
        {
            names.Add(row.Text(0));
        }

        return [.. names.Except(["mysql", "sys", "information_schema", "performance_schema"])];
    }
}
