using System.Globalization;
using System.Text;
using Forewave.Storage.MySql.Connections;
using Forewave.Storage.MySql.Interop;

namespace Forewave.Storage.MySql.Schema;

/// <summary>
/// A table that is sliced by the values of one column: each slice a partition of one value. All DDL goes without waiting (NOWAIT):
/// whoever holds the table open, a dump or a read view, must not stall a queue. For the thread that writes the table, between its
/// transactions. Immutable.
/// </summary>
/// <param name="names">The databases; the table is among the queues.</param>
/// <param name="table">The table, as it stands in SQL without quotes.</param>
internal sealed class SlicedTable(SchemaNames names, string table)
{
    /// <summary>The table's name in SQL: no name that is used has a character that ends it.</summary>
    public string Name => $"{names.Queues}.`{table}`";

    /// <summary>Makes a slice. False: somebody holds the table.</summary>
    /// <exception cref="DatabaseException">The server refused otherwise.</exception>
    public bool TryAdd(Connection connection, ulong value) =>
        TryExecute(connection, $"ALTER TABLE {Name} NOWAIT ADD PARTITION IF NOT EXISTS (PARTITION {NameOf(value)} VALUES IN ({value}))");

    /// <summary>Drops a slice with all its rows. False: somebody holds the table; to be tried again later.</summary>
    /// <exception cref="DatabaseException">The server refused otherwise: it is the table's last slice, for one.</exception>
    public bool TryDrop(Connection connection, ulong value) =>
        TryExecute(connection, $"ALTER TABLE {Name} NOWAIT DROP PARTITION IF EXISTS {NameOf(value)}");

    /// <summary>Drops the table with all its rows. False: somebody holds it.</summary>
    /// <exception cref="DatabaseException">The server refused otherwise.</exception>
    public bool TryDropTable(Connection connection) => TryExecute(connection, $"DROP TABLE IF EXISTS {Name} NOWAIT");

    /// <summary>The values of the slices that are there, lowest first; none where the table is not there.</summary>
    /// <exception cref="DatabaseException">The connection is lost.</exception>
    public SortedSet<ulong> Slices(Connection connection)
    {
        var rows = new ParameterRows(ColumnType.Text, ColumnType.Text);
        rows.AddRow();
        rows.Set(0, Encoding.UTF8.GetBytes(names.Queues));
        rows.Set(1, Encoding.UTF8.GetBytes(table));
        var row = new ResultRow(ColumnType.Unsigned);
        var slices = new SortedSet<ulong>();
        // By the keys of information_schema: database and table.
        using RowReader reader = connection.Prepare("""
            SELECT CAST(SUBSTR(PARTITION_NAME, 2) AS UNSIGNED) FROM information_schema.PARTITIONS
            WHERE TABLE_SCHEMA = ? AND TABLE_NAME = ? AND PARTITION_NAME LIKE 'd%'
            """).Query(rows, row);
        while (reader.Next())
        {
            slices.Add(row.Unsigned(0));
        }

        return slices;
    }

    /// <summary>Executes a statement with NOWAIT. False: somebody holds what it is about.</summary>
    internal static bool TryExecute(Connection connection, string sql)
    {
        try
        {
            connection.Execute(sql);
            return true;
        }
        catch (DatabaseException held) when (held.Failure == DatabaseFailure.LockWait)
        {
            return false;
        }
    }

    private static string NameOf(ulong value) => string.Create(CultureInfo.InvariantCulture, $"d{value}");
}
