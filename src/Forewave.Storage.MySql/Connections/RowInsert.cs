using System.Text;
using Forewave.Storage.MySql.Interop;

namespace Forewave.Storage.MySql.Connections;

/// <summary>
/// Inserts many rows into one table with few round trips: as arrays where the server takes them (MariaDB), else with
/// statements of many rows. For use inside a transaction: a failure leaves the rows before it inserted. Immutable, for any
/// connection.
/// </summary>
internal sealed class RowInsert
{
    // A packet also carries the statement's own bytes.
    private const int PacketOverheadBytes = 1024;

    private readonly int[] _flatRows;
    private readonly string[] _flatSql;
    private readonly string _sql;

    /// <summary>Makes the insert.</summary>
    /// <param name="target">What stands before VALUES: <c>INSERT INTO table (a, b)</c>.</param>
    /// <param name="row">The values of one row, as it stands in the statement: <c>(?, ?)</c>.</param>
    public RowInsert(string target, InsertedRow row)
    {
        _sql = $"{target} VALUES {row.Text}";
        _flatRows = [256, 16, 1];
        _flatSql = [.. _flatRows.Select(rows => Flat(target, row, rows))];
    }

    /// <summary>Inserts all rows. Returns how many there were.</summary>
    /// <exception cref="DatabaseException">
    /// The server refused a row; PacketTooLarge (and nothing of it was sent): one row alone is longer than a packet may be.
    /// </exception>
    public long Execute(Connection connection, ParameterRows rows) => Execute(connection, rows, connection.TakesArrays);

    /// <summary>The same, with or without arrays.</summary>
    internal long Execute(Connection connection, ParameterRows rows, bool asArrays)
    {
        long inserted = 0;
        for (int next = 0; next < rows.Count;)
        {
            int end = EndOfPacket(connection, rows, next);
            inserted += asArrays && end - next > 1
                ? connection.Prepare(_sql).ExecuteArrays(rows, next..end)
                : Flat(connection, rows, next..end);
            next = end;
        }

        return inserted;
    }

    private long Flat(Connection connection, ParameterRows rows, Range which)
    {
        long inserted = 0;
        (int next, int left) = which.GetOffsetAndLength(rows.Count);
        for (int i = 0; i < _flatRows.Length; i++)
        {
            for (; left >= _flatRows[i]; left -= _flatRows[i], next += _flatRows[i])
            {
                inserted += connection.Prepare(_flatSql[i]).Execute(rows, next..(next + _flatRows[i]));
            }
        }

        return inserted;
    }

    private static int EndOfPacket(Connection connection, ParameterRows rows, int first)
    {
        long room = connection.MaxPacketBytes - PacketOverheadBytes;
        if (first == 0 && rows.PacketBytes <= room)
        {
            return rows.Count;
        }

        int end = first;
        for (; end < rows.Count && (room -= rows.PacketBytesOf(end)) >= 0; end++)
        {
        }

        return end > first
            ? end
            : throw new DatabaseException(
                2020, new SqlState("08S01"), $"A row of {rows.PacketBytesOf(first)} bytes is longer than a packet may be ({connection.MaxPacketBytes} bytes; max_allowed_packet).");
    }

    private static string Flat(string target, InsertedRow row, int rows)
    {
        var sql = new StringBuilder($"{target} VALUES {row.Text}");
        for (int i = 1; i < rows; i++)
        {
            sql.Append(", ").Append(row.Text);
        }

        return sql.ToString();
    }
}
