using Forewave.Protocol;
using Forewave.Storage.MySql.Connections;
using Forewave.Storage.MySql.Interop;
using Forewave.Storage.MySql.Replication;
using Forewave.Storage.MySql.Tests.Server;

namespace Forewave.Storage.MySql.Tests.Replication;

[Collection(MariaDbPairGroup.Name)]
[Trait("Suite", "mysql")]
public sealed class SettingCheckTests(MariaDbPair pair) : IAsyncLifetime
{
    public Task InitializeAsync() => pair.ResetAsync();

    public Task DisposeAsync() => Task.CompletedTask;

    [Fact]
    public void Settings_that_a_server_lets_be_set_are_set_by_the_broker()
    {
        using Connection master = Connection.Open(MariaDbPair.Keeper(pair.A));
        using Connection slave = Connection.Open(MariaDbPair.Keeper(pair.B));
        using Connection root = Connection.Open(pair.B.Administrator);
        string[] wrong =
        [
            "gtid_strict_mode = OFF", "rpl_semi_sync_master_timeout = 10000", "rpl_semi_sync_master_wait_no_slave = OFF",
            "rpl_semi_sync_master_wait_point = AFTER_COMMIT", "rpl_semi_sync_slave_kill_conn_timeout = 5", "rpl_semi_sync_slave_enabled = OFF",
            "read_only = OFF", "sync_binlog = 0",
        ];
        foreach (string setting in wrong)
        {
            root.Execute($"SET GLOBAL {setting}");
        }

        SettingReport before = SettingCheck.Look(master, slave);
        SettingReport after = SettingCheck.Correct(master, slave);

        Assert.Equal(wrong.Select(setting => setting.Split(' ')[0]).Order(), before.Wrong.Select(line => line.Rule.Name).Order());
        Assert.All(before.Wrong, line => Assert.Equal(DatabaseRole.Slave, line.Role));
        Assert.Empty(after.Wrong);
        Assert.Equal(wrong.Length, after.Lines.Count(line => line.WasSet));
        after.Require();
    }

    [Fact]
    public void Setting_that_the_account_may_not_set_is_told_with_what_it_risks()
    {
        using Connection master = Connection.Open(pair.A.Broker);
        using Connection slave = Connection.Open(MariaDbPair.Keeper(pair.B));
        using Connection root = Connection.Open(pair.A.Administrator);
        root.Execute("REVOKE BINLOG ADMIN, REPLICATION MASTER ADMIN ON *.* FROM forewave@'%'");
        root.Execute("SET GLOBAL rpl_semi_sync_master_timeout = 10000");
        try
        {
            using Connection narrow = Connection.Open(pair.A.Broker);
            SettingReport report = SettingCheck.Correct(narrow, slave);
            var refused = Assert.Throws<StoreException>(report.Require);

            Assert.Equal(ErrorCode.ReplicationUnusable, refused.Error);
            Assert.Contains("rpl_semi_sync_master_timeout of the master is 10000, must be 18446744073709551615: the server would go on", refused.Message, StringComparison.Ordinal);
        }
        finally
        {
            root.Execute("SET GLOBAL rpl_semi_sync_master_timeout = 18446744073709551615");
            root.Execute("GRANT BINLOG ADMIN, REPLICATION MASTER ADMIN ON *.* TO forewave@'%'");
        }
    }

    [Fact]
    public void Two_databases_with_one_server_id_are_no_group()
    {
        using Connection master = Connection.Open(MariaDbPair.Keeper(pair.A));

        SettingReport report = SettingCheck.Look(master, master);

        Assert.Contains(report.Wrong, line => line.Rule.Name == "server_id" && line.ToString().Contains("another than the master's", StringComparison.Ordinal));
    }
}
