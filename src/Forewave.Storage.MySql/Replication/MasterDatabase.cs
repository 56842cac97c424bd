using System.Globalization;
using Forewave.Storage.MySql.Connections;
using Forewave.Storage.MySql.Interop;

namespace Forewave.Storage.MySql.Replication;

/// <summary>
/// What a master's broker does with its own database for the sake of the slave. Blocks, for the thread of the connection, whose account
/// needs REPLICATION MASTER ADMIN.
/// </summary>
internal sealed class MasterDatabase(Connection connection)
{
    /// <summary>From now on each commit waits until a slave has acknowledged it, for ever: giving up is the broker's decision.</summary>
    /// <exception cref="DatabaseException">The server refused, or the connection is lost.</exception>
    public void NeedSlave()
    {
        connection.Execute("SET GLOBAL rpl_semi_sync_master_wait_no_slave = ON");
        connection.Execute("SET GLOBAL rpl_semi_sync_master_enabled = ON");
    }

    /// <summary>
    /// Commits wait for nobody any more, and those that wait return. Only when the group's record is known to name no slave: they are
    /// answered alone then.
    /// </summary>
    /// <exception cref="DatabaseException">The server refused, or the connection is lost.</exception>
    public void ReleaseSlave() => connection.Execute("SET GLOBAL rpl_semi_sync_master_enabled = OFF");

    /// <summary>What the server says of its semi-synchronous commits: no proof of anything, but a sign when somebody interferes.</summary>
    /// <exception cref="DatabaseException">The server refused, or the connection is lost.</exception>
    public SemiSyncSigns Signs()
    {
        Dictionary<string, string> found = connection.ReadNamed("""
            SELECT MAX(IF(VARIABLE_NAME = 'RPL_SEMI_SYNC_MASTER_STATUS', VARIABLE_VALUE, '')) AS status,
                MAX(IF(VARIABLE_NAME = 'RPL_SEMI_SYNC_MASTER_CLIENTS', CAST(VARIABLE_VALUE AS UNSIGNED), 0)) AS clients,
                MAX(IF(VARIABLE_NAME = 'RPL_SEMI_SYNC_MASTER_NO_TX', CAST(VARIABLE_VALUE AS UNSIGNED), 0)) AS unacknowledged
            FROM information_schema.GLOBAL_STATUS
            WHERE VARIABLE_NAME IN ('RPL_SEMI_SYNC_MASTER_STATUS', 'RPL_SEMI_SYNC_MASTER_CLIENTS', 'RPL_SEMI_SYNC_MASTER_NO_TX')
            """);
        return new SemiSyncSigns { IsOn = found["status"] == "ON", Clients = Number(found["clients"]), Unacknowledged = Number(found["unacknowledged"]) };
    }

    /// <summary>Up to where its binary log goes: it covers everything that is committed by now.</summary>
    /// <exception cref="DatabaseException">The server refused, or the connection is lost.</exception>
    public GtidList Written() =>
        GtidList.Parse(connection.ReadNamed("SELECT @@GLOBAL.gtid_binlog_pos AS written").GetValueOrDefault("written", ""));

    /// <summary>The last transaction of its binary log, in the domain of this session; null when there is none.</summary>
    /// <exception cref="DatabaseException">The server refused, or the connection is lost.</exception>
    public Gtid? Last()
    {
        uint domain = uint.Parse(connection.ReadNamed("SELECT @@gtid_domain_id AS domain")["domain"], CultureInfo.InvariantCulture);
        foreach (Gtid gtid in Written().All)
        {
            if (gtid.Domain == domain)
            {
                return gtid;
            }
        }

        return null;
    }

    /// <summary>
    /// What of each server is in its binary log. Where it does not cover what a former master has <see cref="Written"/>, that one has a tail
    /// (decision 0052).
    /// </summary>
    /// <exception cref="DatabaseException">The server refused, or the connection is lost.</exception>
    public GtidList Has() =>
        GtidList.Parse(connection.ReadNamed("SELECT @@GLOBAL.gtid_binlog_state AS has").GetValueOrDefault("has", ""));

    private static long Number(string text) => (long)decimal.Parse(text, CultureInfo.InvariantCulture);
}
