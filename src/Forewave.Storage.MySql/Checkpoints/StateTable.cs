using Forewave.Protocol;
using Forewave.Storage.MySql.Connections;
using Forewave.Storage.MySql.Interop;
using Forewave.Storage.MySql.Log;
using Forewave.Storage.MySql.Schema;

namespace Forewave.Storage.MySql.Checkpoints;

/// <summary>
/// MQ_STATE: the parts of the last two checkpoints, in two halves. Blocks, for the thread of the connection. A long part is
/// several rows, the last of which says so.
/// </summary>
internal sealed class StateTable(SchemaNames names, Fences fences)
{
    /// <summary>Greatest state of one row.</summary>
    internal const int MostRowBytes = 1 << 20;

    private readonly RowInsert _insert = new(
        $"INSERT INTO {names.Queues}.MQ_STATE (half, checkpoint, part, ends, kind, id, dispatched, tail, state)",
        new InsertedRow("(?, ?, ?, ?, ?, ?, ?, ?, ?)"));

    /// <summary>Rows of a checkpoint, empty.</summary>
    public static ParameterRows NewRows() => new(
        ColumnType.Unsigned, ColumnType.Unsigned, ColumnType.Unsigned, ColumnType.Unsigned, ColumnType.Unsigned, ColumnType.Unsigned,
        ColumnType.Unsigned, ColumnType.Unsigned, ColumnType.Bytes);

    /// <summary>Adds a part to rows; returns the number of the next row.</summary>
    public static int Add(ParameterRows rows, CheckpointPlace place, in StatePart part, ReadOnlySpan<byte> state)
    {
        int row = place.Row;
        do
        {
            ReadOnlySpan<byte> piece = state[..Math.Min(state.Length, MostRowBytes)];
            state = state[piece.Length..];
            rows.AddRow();
            rows.Set(0, place.Checkpoint % 2);
            rows.Set(1, place.Checkpoint);
            rows.Set(2, (ulong)row++);
            rows.Set(3, state.IsEmpty ? 1UL : 0UL);
            rows.Set(4, (ulong)part.Kind);
            rows.Set(5, (ulong)part.Id);
            rows.Set(6, part.Dispatched.Bits);
            rows.Set(7, part.Tail.Bits);
            rows.Set(8, piece);
        }
        while (!state.IsEmpty);
        return row;
    }

    /// <summary>Empties the half of a checkpoint that is to be written.</summary>
    /// <exception cref="DatabaseException">Somebody holds the table, the server refused, or the connection is lost.</exception>
    public void Empty(Connection connection, ulong checkpoint) =>
        connection.Execute($"ALTER TABLE {names.Queues}.MQ_STATE WAIT 1 TRUNCATE PARTITION {(checkpoint % 2 == 0 ? "even" : "odd")}");

    /// <summary>Writes rows in a transaction, with the number of the checkpoint that holds after it.</summary>
    /// <exception cref="StoreException">NotOwner.</exception>
    /// <exception cref="DatabaseException">The server refused, or the connection is lost: then it may hold or not.</exception>
    public void Write(Connection connection, ParameterRows rows, FencePlace holds)
    {
        connection.Begin();
        fences.Move(connection, FenceRole.State, holds);
        if (rows.Count > 0)
        {
            _insert.Execute(connection, rows);
        }

        connection.Commit();
    }

    /// <summary>The checkpoint that holds; waits for transactions that are under way.</summary>
    /// <exception cref="StoreException">NotOwner: not under this epoch.</exception>
    /// <exception cref="DatabaseException">The connection is lost.</exception>
    public ulong Holds(Connection connection, Epoch epoch)
    {
        connection.Begin();
        FencePlace place = fences.Look(connection, FenceRole.State);
        connection.Rollback();
        return place.Epoch == epoch ? place.Position : throw fences.Overtaken(epoch);
    }

    /// <summary>Reads the parts of a checkpoint in order. By the primary key.</summary>
    /// <exception cref="DatabaseException">The connection is lost.</exception>
    /// <exception cref="StoreException">LogDamaged: a part has no end.</exception>
    public void Read(Connection connection, ulong checkpoint, StateVisitor visit)
    {
        var which = new ParameterRows(ColumnType.Unsigned, ColumnType.Unsigned);
        which.AddRow();
        which.Set(0, checkpoint % 2);
        which.Set(1, checkpoint);
        var row = new ResultRow(
            ColumnType.Unsigned, ColumnType.Unsigned, ColumnType.Unsigned, ColumnType.Unsigned, ColumnType.Unsigned, ColumnType.Bytes);
        var pieces = new List<byte>();
        using RowReader reader = connection.Prepare($"""
            SELECT ends, kind, id, dispatched, tail, state FROM {names.Queues}.MQ_STATE WHERE half = ? AND checkpoint = ? ORDER BY part
            """).Query(which, row);
        while (reader.Next())
        {
            var part = new StatePart(
                (StateKind)row.Unsigned(1), (uint)row.Unsigned(2), LogPosition.FromBits(row.Unsigned(3)), LogPosition.FromBits(row.Unsigned(4)));
            bool isWhole = row.Unsigned(0) == 1 && pieces.Count == 0;
            if (!isWhole)
            {
                pieces.AddRange(row.Bytes(5));
            }

            if (row.Unsigned(0) == 1)
            {
                visit(part, isWhole ? row.Bytes(5) : System.Runtime.InteropServices.CollectionsMarshal.AsSpan(pieces));
                pieces.Clear();
            }
        }

        if (pieces.Count > 0)
        {
            throw new StoreException(ErrorCode.LogDamaged, $"Checkpoint {checkpoint} in {names.Queues}.MQ_STATE ends in the middle of a part. Restore the database from a copy.");
        }
    }
}
