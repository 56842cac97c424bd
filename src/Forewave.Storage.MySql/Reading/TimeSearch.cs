using Forewave.Protocol;
using Forewave.Storage.MySql.Connections;
using Forewave.Storage.MySql.Indexes;
using Forewave.Storage.MySql.Interop;
using Forewave.Storage.MySql.Rows;
using Forewave.Storage.MySql.Schema;

namespace Forewave.Storage.MySql.Reading;

/// <summary>
/// Finds the first offset of a time: in memory where it is not moved, else by halving over rows, since times do not go back within
/// an index. Without state; blocks, for the thread of the connection.
/// </summary>
internal sealed class TimeSearch(SchemaNames names, MessageIndexes indexes)
{
    /// <summary>See <see cref="IStore.FindByTimeAsync"/>. Costs a query by primary key for each halving.</summary>
    /// <exception cref="DatabaseException">The connection is lost.</exception>
    public Offset Find(Connection connection, uint queue, Timestamp time)
    {
        if (indexes.Find(queue) is not { } index)
        {
            return Offset.First;
        }

        QueueExtent extent = index.Extent;
        long low = extent.FirstRetained.Value;
        long high = index.FindByTime(time);
        while (low < high)
        {
            long middle = low + ((high - low) / 2);
            bool isBefore = index.TryFind(middle, out IndexedRun run)
                ? run.Time.CompareTo(time) < 0
                : TimeOf(connection, index, middle) is not { } found || found.CompareTo(time) < 0;
            (low, high) = isBefore ? (middle + 1, high) : (low, middle);
        }

        return Offset.Min(new Offset(low), extent.End);
    }

    // Null: there is no such row.
    private Timestamp? TimeOf(Connection connection, MessageIndex index, long offset)
    {
        RowShape shape = RowShape.Of(index.Kind);
        DaySlice slice = default;
        if (index.Kind != IndexKind.Lane && !index.TryFindDay(offset, out slice, out _))
        {
            return null;
        }

        var rows = new ParameterRows([.. Enumerable.Repeat(ColumnType.Unsigned, shape.KeyColumns + 1)]);
        rows.AddRow();
        rows.Set(shape.SetKey(rows, index.Number, slice), (ulong)offset);
        var row = new ResultRow(ColumnType.Time);
        try
        {
            using RowReader reader = connection.Prepare(shape.SelectTime(RowShape.TableOf(names, indexes, index))).Query(rows, row);
            return reader.Next() ? row.Time(0) : null;
        }
        catch (DatabaseException gone) when (gone.Failure == DatabaseFailure.SchemaDiffers)
        {
            // The table was dropped meanwhile, or by somebody else.
            return null;
        }
    }
}
