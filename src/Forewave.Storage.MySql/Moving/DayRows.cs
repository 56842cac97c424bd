using Forewave.Protocol;
using Forewave.Storage.MySql.Indexes;
using Forewave.Storage.MySql.Interop;
using Forewave.Storage.MySql.Rows;
using Forewave.Storage.MySql.Schema;

namespace Forewave.Storage.MySql.Moving;

/// <summary>MQ_DAY and MQ_QUEUE: where day slices begin, and which number is which queue. Blocks, for the thread of the connection.</summary>
internal sealed class DayRows(SchemaNames names)
{
    /// <summary>Notes that a slice begins.</summary>
    /// <exception cref="Connections.DatabaseException">The server refused, or the connection is lost.</exception>
    public void Add(Connection connection, IndexNumber index, DayStart day, LogPosition first)
    {
        var rows = Rows(index, 5);
        rows.Set(2, (ulong)day.Slice.Day);
        rows.Set(3, (ulong)day.First);
        rows.Set(4, first.Bits);
        connection.Prepare($"INSERT INTO {names.Queues}.MQ_DAY (queue, band, day, first_offset, first_id) VALUES (?, ?, ?, ?, ?)").Execute(rows);
    }

    /// <summary>The slices of an index, oldest first. By the primary key.</summary>
    /// <exception cref="Connections.DatabaseException">The connection is lost.</exception>
    public List<DayStart> Of(Connection connection, IndexNumber index)
    {
        var days = new List<DayStart>();
        var row = new ResultRow(ColumnType.Unsigned, ColumnType.Unsigned);
        using RowReader reader = connection
            .Prepare($"SELECT day, first_offset FROM {names.Queues}.MQ_DAY WHERE queue = ? AND band = ? ORDER BY day").Query(Rows(index, 2), row);
        while (reader.Next())
        {
            days.Add(new DayStart(new DaySlice((uint)row.Unsigned(0)), (long)row.Unsigned(1)));
        }

        return days;
    }

    /// <summary>All slices of all indexes, for an opening. Reads the whole table: a row for each slice of each index.</summary>
    /// <exception cref="Connections.DatabaseException">The connection is lost.</exception>
    public Dictionary<IndexNumber, List<DayStart>> All(Connection connection)
    {
        var all = new Dictionary<IndexNumber, List<DayStart>>();
        var row = new ResultRow(ColumnType.Unsigned, ColumnType.Unsigned, ColumnType.Unsigned, ColumnType.Unsigned);
        using RowReader reader = connection
            .Prepare($"SELECT queue, band, day, first_offset FROM {names.Queues}.MQ_DAY ORDER BY queue, band, day").Query(null, row);
        while (reader.Next())
        {
            IndexNumber index = IndexNumber.Of((uint)row.Unsigned(0), (int)row.Unsigned(1));
            if (!all.TryGetValue(index, out List<DayStart>? days))
            {
                all.Add(index, days = []);
            }

            days.Add(new DayStart(new DaySlice((uint)row.Unsigned(2)), (long)row.Unsigned(3)));
        }

        return all;
    }

    /// <summary>A slice was dropped.</summary>
    /// <exception cref="Connections.DatabaseException">The server refused, or the connection is lost.</exception>
    public void Remove(Connection connection, IndexNumber index, DaySlice slice)
    {
        var rows = Rows(index, 3);
        rows.Set(2, (ulong)slice.Day);
        connection.Prepare($"DELETE FROM {names.Queues}.MQ_DAY WHERE queue = ? AND band = ? AND day = ?").Execute(rows);
    }

    /// <summary>An index is gone.</summary>
    /// <exception cref="Connections.DatabaseException">The server refused, or the connection is lost.</exception>
    public void Remove(Connection connection, IndexNumber index) =>
        connection.Prepare($"DELETE FROM {names.Queues}.MQ_DAY WHERE queue = ? AND band = ?").Execute(Rows(index, 2));

    /// <summary>Which table was made for which queue.</summary>
    /// <exception cref="Connections.DatabaseException">The connection is lost.</exception>
    public Dictionary<string, uint> Tables(Connection connection)
    {
        var tables = new Dictionary<string, uint>();
        var row = new ResultRow(ColumnType.Unsigned, ColumnType.Text);
        using RowReader reader = connection.Prepare($"SELECT number, name FROM {names.Queues}.MQ_QUEUE").Query(null, row);
        while (reader.Next())
        {
            tables.Add(row.Text(1), (uint)row.Unsigned(0));
        }

        return tables;
    }

    /// <summary>A table is about to be made.</summary>
    /// <exception cref="Connections.DatabaseException">The server refused, or the connection is lost.</exception>
    public void AddTable(Connection connection, uint queue, string table, Timestamp made)
    {
        var rows = new ParameterRows(ColumnType.Unsigned, ColumnType.Text, ColumnType.Time);
        rows.AddRow();
        rows.Set(0, (ulong)queue);
        rows.Set(1, System.Text.Encoding.UTF8.GetBytes(table));
        rows.Set(2, made);
        connection.Prepare($"INSERT INTO {names.Queues}.MQ_QUEUE (number, name, made) VALUES (?, ?, ?)").Execute(rows);
    }

    /// <summary>A table is gone.</summary>
    /// <exception cref="Connections.DatabaseException">The server refused, or the connection is lost.</exception>
    public void RemoveTable(Connection connection, uint queue)
    {
        var rows = new ParameterRows(ColumnType.Unsigned);
        rows.AddRow();
        rows.Set(0, (ulong)queue);
        connection.Prepare($"DELETE FROM {names.Queues}.MQ_QUEUE WHERE number = ?").Execute(rows);
    }

    private static ParameterRows Rows(IndexNumber index, int columns)
    {
        var rows = new ParameterRows([.. Enumerable.Repeat(ColumnType.Unsigned, columns)]);
        rows.AddRow();
        rows.Set(0, (ulong)index.Queue);
        rows.Set(1, (ulong)index.Band);
        return rows;
    }
}
