using System.Globalization;
using Forewave.Protocol;
using Forewave.Storage.MySql.Connections;
using Forewave.Storage.MySql.Interop;

namespace Forewave.Storage.MySql.Schema;

/// <summary>Whether a server can keep what the store promises. Looked at when the store opens; costs two queries.</summary>
internal static class ServerCheck
{
    /// <summary>The longest record is a frame of 8 MiB; a packet must take it whole.</summary>
    internal const long MinPacketBytes = 16L << 20;

    private static readonly Version Oldest = new(10, 6);

    /// <exception cref="StoreException">DatabaseUnusable: the text says what is wrong and what to set.</exception>
    /// <exception cref="DatabaseException">The connection is lost.</exception>
    public static void Refuse(Connection connection)
    {
        Require(IsNewEnough(connection.ServerVersion), $"The server is {connection.ServerVersion}; MariaDB {Oldest} or later is needed.");
        Require(
            connection.MaxPacketBytes >= MinPacketBytes,
            $"max_allowed_packet is {connection.MaxPacketBytes}; set it to {MinPacketBytes} or more.");
        var row = new ResultRow(ColumnType.Unsigned, ColumnType.Unsigned, ColumnType.Unsigned, ColumnType.Unsigned, ColumnType.Unsigned);
        using RowReader reader = connection.Prepare("""
            SELECT @@innodb_flush_log_at_trx_commit, @@log_bin, @@sync_binlog, @@innodb_doublewrite, @@lower_case_table_names
            """).Query(null, row);
        reader.Next();
        Require(
            row.Unsigned(0) is 1 or 3,
            $"innodb_flush_log_at_trx_commit is {row.Unsigned(0)}: what is committed would not be on stable storage. Set it to 1.");
        Require(
            row.Unsigned(1) == 0 || row.Unsigned(2) == 1,
            $"sync_binlog is {row.Unsigned(2)}: after a crash the slaves could lack what was committed. Set it to 1.");
        Require(row.Unsigned(3) == 1, "innodb_doublewrite is off: a page that was half written in a crash could not be repaired. Set it to ON.");
        Require(
            row.Unsigned(4) == 0,
            $"lower_case_table_names is {row.Unsigned(4)}: the table of a queue named mq_log would be MQ_LOG. Use a server whose names have case.");
    }

    /// <summary>Whether a version as the server says it, <c>10.11.6-MariaDB-1</c>, is one of MariaDB's that is new enough.</summary>
    internal static bool IsNewEnough(string version)
    {
        // Older servers of MariaDB say 5.5.5- first, for clients that know no two-digit versions.
        string own = version.StartsWith("5.5.5-", StringComparison.Ordinal) ? version[6..] : version;
        string[] numbers = own.Split('-')[0].Split('.');
        return own.Contains("MariaDB", StringComparison.OrdinalIgnoreCase) && numbers.Length >= 2
            && int.TryParse(numbers[0], NumberStyles.None, CultureInfo.InvariantCulture, out int major)
            && int.TryParse(numbers[1], NumberStyles.None, CultureInfo.InvariantCulture, out int minor)
            && new Version(major, minor) >= Oldest;
    }

    private static void Require(bool holds, string otherwise)
    {
        if (!holds)
        {
            throw new StoreException(ErrorCode.DatabaseUnusable, otherwise);
        }
    }
}
