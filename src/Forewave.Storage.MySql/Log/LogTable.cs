using System.Globalization;
using System.Text;
using Forewave.Protocol;
using Forewave.Storage.MySql.Connections;
using Forewave.Storage.MySql.Interop;
using Forewave.Storage.MySql.Schema;

namespace Forewave.Storage.MySql.Log;

/// <summary>
/// MQ_LOG: appended to in groups, read in order, given up slice by slice. Blocks, for the thread of the connection; whoever
/// writes it also alters it, between transactions. DDL does not wait for others (NOWAIT).
/// </summary>
internal sealed class LogTable
{
    /// <summary>How many records one query of <see cref="ReadThese"/> takes.</summary>
    public const int MostAtOnce = 128;

    private const int FewAtOnce = 8;

    private readonly string _name;
    private readonly SchemaNames _names;
    private readonly RowInsert _insert;

    public LogTable(SchemaNames names)
    {
        _names = names;
        _name = $"{names.Log}.MQ_LOG";
        _insert = new RowInsert(
            $"INSERT INTO {_name} (log_id, type, messages, publish_time, queue, publisher, sequence, extra, content)",
            new InsertedRow("(?, ?, ?, ?, ?, ?, ?, ?, ?)"));
    }

    /// <summary>Inserts a group, inside the caller's transaction.</summary>
    /// <exception cref="DatabaseException">The server refused, or the connection is lost.</exception>
    public void Insert(Connection connection, LogGroup group) => _insert.Execute(connection, group.Rows);

    /// <summary>Reads the records after a position, in order, one row in memory at a time.</summary>
    /// <exception cref="DatabaseException">The connection is lost on the way.</exception>
    public void Read(Connection connection, LogPosition after, RecordVisitor visit)
    {
        // By the primary key.
        Read(connection, after, "WHERE log_id > ? ORDER BY log_id", visit);
    }

    /// <summary>Reads the record that begins at a position. False: there is none.</summary>
    /// <exception cref="DatabaseException">The connection is lost.</exception>
    public bool TryReadOne(Connection connection, LogPosition position, RecordVisitor visit) =>
        Read(connection, position, "WHERE log_id = ?", visit) > 0;

    /// <summary>Reads the last record that begins at or before a position. False: there is none.</summary>
    /// <exception cref="DatabaseException">The connection is lost.</exception>
    public bool TryReadLast(Connection connection, LogPosition through, RecordVisitor visit) =>
        Read(connection, through, "WHERE log_id <= ? ORDER BY log_id DESC LIMIT 1", visit) > 0;

    /// <summary>Reads the releases of a message from a position on. Reads that part of the log: it is for what was written last.</summary>
    /// <exception cref="DatabaseException">The connection is lost.</exception>
    public void ReadReleases(Connection connection, LogPosition from, LogPosition message, RecordVisitor visit) =>
        Read(connection, from, $"WHERE log_id >= ? AND type = {(int)RecordType.Released} AND {message.Bits} BETWEEN sequence AND sequence + messages - 1", visit);

    /// <summary>Reads the records that begin at these positions, in order; those that are not there are passed over.</summary>
    /// <param name="connection">Without a result that is being read.</param>
    /// <param name="positions">1 to <see cref="MostAtOnce"/>, ascending.</param>
    /// <param name="visit">Sees each.</param>
    /// <exception cref="DatabaseException">The connection is lost on the way.</exception>
    public void ReadThese(Connection connection, ReadOnlySpan<LogPosition> positions, RecordVisitor visit)
    {
        // Two statements are enough: the last position fills up, and a row comes once.
        int count = positions.Length > FewAtOnce ? MostAtOnce : FewAtOnce;
        var which = new ParameterRows([.. Enumerable.Repeat(ColumnType.Unsigned, count)]);
        which.AddRow();
        for (int i = 0; i < count; i++)
        {
            which.Set(i, positions[Math.Min(i, positions.Length - 1)].Bits);
        }

        // By the primary key.
        Read(connection, which, $"WHERE log_id IN ({string.Join(", ", Enumerable.Repeat('?', count))}) ORDER BY log_id", visit);
    }

    private int Read(Connection connection, LogPosition position, string which, RecordVisitor visit)
    {
        var from = new ParameterRows(ColumnType.Unsigned);
        from.AddRow();
        from.Set(0, position.Bits);
        return Read(connection, from, which, visit);
    }

    private int Read(Connection connection, ParameterRows from, string which, RecordVisitor visit)
    {
        var row = new ResultRow(
            ColumnType.Unsigned, ColumnType.Unsigned, ColumnType.Unsigned, ColumnType.Time, ColumnType.Unsigned, ColumnType.Unsigned,
            ColumnType.Unsigned, ColumnType.Unsigned, ColumnType.Bytes);
        using RowReader reader = connection.Prepare($"""
            SELECT log_id, type, messages, publish_time, queue, publisher, sequence, extra, content FROM {_name} {which}
            """).Query(from, row);
        int records = 0;
        for (; reader.Next(); records++)
        {
            visit(Header(row), row.Bytes(8));
        }

        return records;
    }

    /// <summary>
    /// Ends the open slice before positions above all that was written, ascending, so that rows from there on go into the next one.
    /// Copies the rows that it has. False: somebody holds the table; the open slice takes rows, and it is tried again later.
    /// </summary>
    /// <exception cref="DatabaseException">The server refused otherwise.</exception>
    public bool TryCut(Connection connection, params ReadOnlySpan<LogPosition> before)
    {
        var slices = new StringBuilder();
        foreach (LogPosition end in before)
        {
            slices.Append(CultureInfo.InvariantCulture, $"PARTITION s{end.Bits:x16} VALUES LESS THAN ({end.Bits}), ");
        }

        return SlicedTable.TryExecute(
            connection, $"ALTER TABLE {_name} NOWAIT REORGANIZE PARTITION open INTO ({slices}PARTITION open VALUES LESS THAN MAXVALUE)");
    }

    /// <summary>Whether the open slice has rows: ending it would copy them.</summary>
    /// <exception cref="DatabaseException">The connection is lost.</exception>
    public bool HasOpenRows(Connection connection)
    {
        var row = new ResultRow(ColumnType.Unsigned);
        using RowReader reader = connection.Prepare($"SELECT log_id FROM {_name} PARTITION (open) LIMIT 1").Query(null, row);
        return reader.Next();
    }

    /// <summary>Deletes the first rows of the open slice before the record that a position is in. Returns how many.</summary>
    /// <exception cref="DatabaseException">The server refused, or the connection is lost.</exception>
    public long DeleteOpen(Connection connection, LogPosition before, int most)
    {
        LogPosition kept = before;
        TryReadLast(connection, before, (in RecordHeader header, ReadOnlySpan<byte> _) => kept = header.Position);
        var rows = new ParameterRows(ColumnType.Unsigned, ColumnType.Unsigned);
        rows.AddRow();
        rows.Set(0, kept.Bits);
        rows.Set(1, (ulong)most);
        // By the primary key.
        return connection.Prepare($"DELETE FROM {_name} PARTITION (open) WHERE log_id < ? ORDER BY log_id LIMIT ?").Execute(rows);
    }

    /// <summary>Drops a slice with all its rows. False: somebody holds the table; to be tried again later.</summary>
    /// <exception cref="DatabaseException">The server refused otherwise.</exception>
    public bool TryDrop(Connection connection, LogPosition before) =>
        SlicedTable.TryExecute(connection, $"ALTER TABLE {_name} NOWAIT DROP PARTITION IF EXISTS s{before.Bits:x16}");

    /// <summary>The ends of the slices that are closed, oldest first: each holds what is below it and not in the one before.</summary>
    /// <exception cref="DatabaseException">The connection is lost.</exception>
    public IReadOnlyList<LogPosition> Slices(Connection connection)
    {
        var ends = new List<LogPosition>();
        var row = new ResultRow(ColumnType.Unsigned);
        using RowReader reader = connection.Prepare($"""
            SELECT CAST(PARTITION_DESCRIPTION AS UNSIGNED) FROM information_schema.PARTITIONS
            WHERE TABLE_SCHEMA = '{_names.Log}' AND TABLE_NAME = 'MQ_LOG' AND PARTITION_NAME <> 'open' ORDER BY PARTITION_ORDINAL_POSITION
            """).Query(null, row);
        while (reader.Next())
        {
            ends.Add(LogPosition.FromBits(row.Unsigned(0)));
        }

        return ends;
    }

    private static RecordHeader Header(ResultRow row) => new()
    {
        Position = LogPosition.FromBits(row.Unsigned(0)),
        Type = (RecordType)row.Unsigned(1),
        Count = (int)row.Unsigned(2),
        Time = row.Time(3),
        Queue = (uint)row.Unsigned(4),
        Source = (uint)row.Unsigned(5),
        Sequence = row.Unsigned(6),
        Extra = row.Unsigned(7),
    };
}
