using System.Globalization;
using Forewave.Storage.MySql.Connections;
using Forewave.Storage.MySql.Interop;

namespace Forewave.Storage.MySql.Replication;

/// <summary>
/// Looks at the replication settings of a group's two databases, and sets those that can be set while a server runs. Two round trips for
/// each when all is right. Blocks, for the thread of the connections.
/// </summary>
internal static class SettingCheck
{
    /// <summary>Reads the settings of both; changes nothing.</summary>
    /// <exception cref="DatabaseException">A connection is lost.</exception>
    public static SettingReport Look(Connection master, Connection slave)
    {
        Dictionary<string, string> ofMaster = Read(master);
        Dictionary<string, string> ofSlave = Read(slave);
        return new SettingReport([.. Lines(DatabaseRole.Master, ofMaster), .. Lines(DatabaseRole.Slave, ofSlave), .. Compared(ofMaster, ofSlave)]);
    }

    /// <summary>The same, and sets what is wrong and may be set by these accounts.</summary>
    /// <exception cref="DatabaseException">A connection is lost.</exception>
    public static SettingReport Correct(Connection master, Connection slave)
    {
        SettingReport before = Look(master, slave);
        HashSet<(DatabaseRole, string)> set = [];
        foreach (SettingLine line in before.Wrong.Where(line => line.Rule.MayBeSet))
        {
            if (TrySet(line.Role == DatabaseRole.Master ? master : slave, line.Rule))
            {
                set.Add((line.Role, line.Rule.Name));
            }
        }

        return set.Count == 0 ? before : new SettingReport(
            [.. Look(master, slave).Lines.Select(line => line with { WasSet = set.Contains((line.Role, line.Rule.Name)) })]);
    }

    // What it may not, the report says.
    private static bool TrySet(Connection connection, SettingRule rule)
    {
        bool isNumber = rule.Right.All(char.IsAsciiDigit);
        try
        {
            connection.Execute($"SET GLOBAL {rule.Name} = {(isNumber ? rule.Right : $"'{rule.Right}'")}");
            return true;
        }
        catch (DatabaseException refused) when (!refused.EndsConnection)
        {
            return false;
        }
    }

    private static IEnumerable<SettingLine> Lines(DatabaseRole role, Dictionary<string, string> values) =>
        from rule in SettingRules.All
        where rule.Role is null || rule.Role == role
        select new SettingLine(role, rule, values.GetValueOrDefault(rule.Name, "not known to this server"));

    private static IEnumerable<SettingLine> Compared(Dictionary<string, string> master, Dictionary<string, string> slave)
    {
        string server = slave["server_id"];
        var distinct = new SettingRule
        {
            Name = "server_id", Right = server == master["server_id"] ? "another than the master's" : server,
            Risk = "the slave would pass over all that its master writes.", MayBeSet = false,
        };
        yield return new SettingLine(DatabaseRole.Slave, distinct, server);
        var same = new SettingRule
        {
            Name = "gtid_domain_id", Right = master["gtid_domain_id"],
            Risk = "after a change of master the transactions of the two would have no order.", MayBeSet = false,
        };
        yield return new SettingLine(DatabaseRole.Slave, same, slave["gtid_domain_id"]);
    }

    private static Dictionary<string, string> Read(Connection connection)
    {
        var values = new Dictionary<string, string>(StringComparer.OrdinalIgnoreCase);
        var row = new ResultRow(ColumnType.Text, ColumnType.Text);
        string names = string.Join(", ", SettingRules.All.Select(rule => rule.Name).Append("server_id").Append("gtid_domain_id").Distinct().Select(name => $"'{name}'"));
        using RowReader reader = connection.Prepare(string.Create(CultureInfo.InvariantCulture, $"""
            SELECT VARIABLE_NAME, VARIABLE_VALUE FROM information_schema.GLOBAL_VARIABLES WHERE VARIABLE_NAME IN ({names})
            """)).Query(null, row);
        while (reader.Next())
        {
            values[row.Text(0)] = row.Text(1);
        }

        return values;
    }
}
