using Forewave.Storage.MySql.Connections;
using Forewave.Storage.MySql.Indexes;
using Forewave.Storage.MySql.Interop;
using Forewave.Storage.MySql.Log;
using Forewave.Storage.MySql.Rows;
using Forewave.Storage.MySql.Schema;

namespace Forewave.Storage.MySql.Moving;

/// <summary>
/// The tables that indexes have: makes those of queues, and drops what is over. For the mover's thread, between its transactions.
/// A <see cref="Connections.DatabaseException"/> leaves everything as the database has it; <see cref="Forget"/> follows.
/// </summary>
internal sealed class TableSet(SchemaNames names, MessageIndexes indexes, DayRows days, FenceGuard guard, TimeProvider time)
{
    private readonly TableSlices _slices = new(time);
    private readonly Dictionary<string, RowInsert> _inserts = [];
    private Dictionary<string, uint>? _tables;

    /// <summary>Everything is to be read anew.</summary>
    public void Forget()
    {
        _slices.Forget();
        _tables = null;
    }

    /// <summary>Where the next rows of an index go. False: its table cannot be had now.</summary>
    /// <exception cref="Connections.DatabaseException">The server refused, or the connection is lost.</exception>
    public bool TryPlace(Connection connection, MessageIndex index, out SlicedTable table, out DaySlice slice)
    {
        table = RowShape.TableOf(names, indexes, index);
        slice = default;
        if (index.Kind == IndexKind.Queue && !TryOwn(connection, index.Number.Queue))
        {
            return false;
        }

        // The rows of a lane's life before go first.
        if (index.Kind == IndexKind.Lane && indexes.IsLeaving(index.Number.Value))
        {
            return false;
        }

        if (!index.IsMovedKnown && !TryLook(connection, index, table))
        {
            return false;
        }

        DaySlice? place = _slices.ForRows(connection, table, index);
        slice = place ?? default;
        return place is not null;
    }

    /// <summary>The insert into a table.</summary>
    public RowInsert InsertInto(SlicedTable table, RowShape shape)
    {
        if (!_inserts.TryGetValue(table.Name, out RowInsert? insert))
        {
            _inserts.Add(table.Name, insert = shape.InsertInto(table));
        }

        return insert;
    }

    /// <summary>Drops the rows of an index that is gone for good. False: somebody holds its table.</summary>
    /// <exception cref="Connections.DatabaseException">The server refused, or the connection is lost.</exception>
    public bool TryDrop(Connection connection, MessageIndex gone) => guard.Run(() =>
    {
        bool isDropped = gone.Kind switch
        {
            IndexKind.Lane => _slices.TryDrop(connection, RowShape.TableOf(names, indexes, gone), gone.Number.Value),
            IndexKind.Queue => !indexes.IsOver(gone.Number.Queue) || TryDropTable(connection, gone.Number.Queue),
            _ => true,
        };
        if (isDropped)
        {
            days.Remove(connection, gone.Number);
        }

        return isDropped;
    });

    /// <summary>Drops tables, lanes and rows of MQ_DAY that no index leads to: an earlier life did not come to it. Once, when the log is replayed.</summary>
    /// <exception cref="Connections.DatabaseException">The server refused, or the connection is lost.</exception>
    public void DropStrays(Connection connection)
    {
        foreach (uint queue in Tables(connection).Values.Where(queue => !HasBands(queue)).ToArray())
        {
            guard.Run(() => IfTaken(() => TryDropTable(connection, queue)));
        }

        var pending = new SlicedTable(names, "MQ_PENDING");
        foreach (ulong lane in _slices.Of(connection, pending).Where(lane => indexes.Find((uint)lane) is null).ToArray())
        {
            guard.Run(() => IfTaken(() => _slices.TryDrop(connection, pending, lane)));
        }

        uint[] leaving = [.. indexes.Leaving.Select(index => index.Number.Value)];
        guard.Run(() =>
        {
            foreach (IndexNumber gone in days.All(connection).Keys.Where(number => indexes.Find(number.Value) is null && !leaving.Contains(number.Value)))
            {
                days.Remove(connection, gone);
            }

            return true;
        });
    }

    /// <summary>Drops the day slices of which nothing is retained. Returns how many.</summary>
    /// <exception cref="Connections.DatabaseException">The server refused, or the connection is lost.</exception>
    public int DropDays(Connection connection)
    {
        int dropped = DropShared(connection, "MQ_DEAD", IndexKind.Dead) + DropShared(connection, "MQ_TRACE", IndexKind.Trace)
            + DropShared(connection, "MQ_TRAIL", IndexKind.Trail);
        foreach (IGrouping<uint, MessageIndex> bands in indexes.All.Where(index => index.Kind == IndexKind.Queue).GroupBy(index => index.Number.Queue).ToArray())
        {
            MessageIndex[] members = [.. bands];
            IEnumerable<DaySlice> over = members.SelectMany(index => index.DaysBefore()).Except(Needed(members));
            dropped += Drop(connection, new SlicedTable(names, indexes.TableOf(bands.Key)), [.. over], members);
        }

        return dropped;
    }

    // Slices that all groups, or the traces or trails of all queues, have together: also those of groups that are gone.
    private int DropShared(Connection connection, string name, IndexKind kind)
    {
        var table = new SlicedTable(names, name);
        MessageIndex[] members = [.. indexes.All.Concat(indexes.Leaving).Where(index => index.Kind == kind)];
        DaySlice today = DaySlice.Of(Timestamp.From(time.GetUtcNow()));
        IEnumerable<DaySlice> over = _slices.Of(connection, table).Select(day => new DaySlice((uint)day)).Where(day => day != today).Except(Needed(members));
        return Drop(connection, table, [.. over], members);
    }

    private static HashSet<DaySlice> Needed(MessageIndex[] members) => [.. members.SelectMany(index => index.Days.Except(index.DaysBefore()))];

    private int Drop(Connection connection, SlicedTable table, DaySlice[] over, MessageIndex[] members) =>
        over.Length == 0 ? 0 : guard.Run(() => over.Count(day => IfTaken(() => TryDropDay(connection, table, day, members))));

    // What the server refuses of one table must not keep what is over in the others.
    private static bool IfTaken(Func<bool> tryDrop)
    {
        try
        {
            return tryDrop();
        }
        catch (DatabaseException refused) when (!refused.EndsConnection)
        {
            return false;
        }
    }

    private bool TryDropDay(Connection connection, SlicedTable table, DaySlice day, MessageIndex[] members)
    {
        if (!_slices.TryDrop(connection, table, day.Day))
        {
            return false;
        }

        foreach (MessageIndex member in members.Where(member => member.Days.Contains(day)))
        {
            days.Remove(connection, member.Number, day);
            member.Dropped(day);
        }

        return true;
    }

    // A queue that was deleted and made anew has another number: its old table goes first.
    private bool TryOwn(Connection connection, uint queue)
    {
        string table = indexes.TableOf(queue);
        if (Tables(connection).TryGetValue(table, out uint owner) && owner == queue)
        {
            return true;
        }

        if (Tables(connection).ContainsKey(table) && (!indexes.IsOver(owner) || !guard.Run(() => TryDropTable(connection, owner))))
        {
            return false;
        }

        days.AddTable(connection, queue, table, Timestamp.From(time.GetUtcNow()));
        Tables(connection)[table] = queue;
        return true;
    }

    private bool TryDropTable(Connection connection, uint queue)
    {
        string? name = Tables(connection).FirstOrDefault(table => table.Value == queue).Key;
        if (name is null)
        {
            indexes.Forget(queue);
            return true;
        }

        var table = new SlicedTable(names, name);
        if (!table.TryDropTable(connection))
        {
            return false;
        }

        _slices.Forget(table);
        days.RemoveTable(connection, queue);
        Tables(connection).Remove(name);
        indexes.Forget(queue);
        return true;
    }

    private Dictionary<string, uint> Tables(Connection connection) => _tables ??= days.Tables(connection);

    private bool HasBands(uint queue) =>
        Enumerable.Range(0, 13).Any(band => indexes.Find(IndexNumber.Of(queue, band).Value) is { Kind: IndexKind.Queue });

    // After an opening, or a commit without an answer: what the table has is what was moved. False: the rows are not its own, and
    // somebody holds the table.
    private bool TryLook(Connection connection, MessageIndex index, SlicedTable table)
    {
        List<DayStart> starts = index.Kind == IndexKind.Lane ? [] : days.Of(connection, index.Number);
        long end = 0;
        if (index.Kind == IndexKind.Lane && IsOfEarlierLife(connection, index, table) && !guard.Run(() => _slices.TryDrop(connection, table, index.Number.Value)))
        {
            return false;
        }

        SortedSet<ulong> slices = _slices.Of(connection, table);
        bool hasRows = index.Kind == IndexKind.Lane ? slices.Contains(index.Number.Value) : starts.Count > 0 && slices.Contains(starts[^1].Slice.Day);
        if (hasRows)
        {
            RowShape shape = RowShape.Of(index.Kind);
            var rows = new ParameterRows([.. Enumerable.Repeat(ColumnType.Unsigned, shape.KeyColumns)]);
            rows.AddRow();
            shape.SetKey(rows, index.Number, starts.Count > 0 ? starts[^1].Slice : default);
            var row = new ResultRow(ColumnType.Unsigned);
            using RowReader reader = connection.Prepare(shape.SelectEnd(table)).Query(rows, row);
            reader.Next();
            end = (long)row.Unsigned(0);
        }

        index.Found(starts, end + 1, indexes.OldestBlock());
        return true;
    }

    // A lane that was over is used again when a clock went back: its places begin anew, and the rows tell by their positions.
    private static bool IsOfEarlierLife(Connection connection, MessageIndex lane, SlicedTable table)
    {
        RowShape shape = RowShape.OfLane;
        var rows = new ParameterRows([.. Enumerable.Repeat(ColumnType.Unsigned, shape.KeyColumns + 3)]);
        rows.AddRow();
        int column = shape.SetKey(rows, lane.Number, default);
        rows.Set(column++, 1UL);
        rows.Set(column++, (ulong)long.MaxValue);
        rows.Set(column, 1UL);
        ResultRow row = RowShape.NewResult();
        using RowReader reader = connection.Prepare(shape.SelectRange(table)).Query(rows, row);
        return reader.Next() && lane.Differs((long)row.Unsigned(0), shape.HeaderOf(row, lane.Number).Position);
    }
}
