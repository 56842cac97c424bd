using Forewave.Storage.MySql.Connections;
using Forewave.Storage.MySql.Indexes;
using Forewave.Storage.MySql.Interop;
using Forewave.Storage.MySql.Rows;
using Forewave.Storage.MySql.Schema;

namespace Forewave.Storage.MySql.Reading;

/// <summary>
/// Reads runs of an index: from memory, from the log what is not moved, from its table the rest, one day slice after the other.
/// Without state; blocks, for the thread of the connection.
/// </summary>
internal sealed class RunReader(SchemaNames names, MessageIndexes indexes, RecordSource records)
{
    private const int MostRows = 4_096;

    /// <summary>See <see cref="IStore.ReadAsync"/>. Costs a query for each slice, or for each record that is not moved.</summary>
    /// <exception cref="DatabaseException">The connection is lost.</exception>
    public StoredRuns Read(Connection connection, uint queue, long offset, int maxBytes)
    {
        using var sink = new RunSink();
        if (indexes.Find(queue) is { } index)
        {
            QueueExtent extent = index.Extent;
            long end = offset < extent.FirstRetained.Value ? 0 : extent.End.Value;
            while (offset < end && sink.Bytes < maxBytes && !index.IsGone)
            {
                offset = ReadSome(connection, index, offset, maxBytes, sink);
            }
        }

        return sink.Take();
    }

    // Returns the offset after what was read: always a further one.
    private long ReadSome(Connection connection, MessageIndex index, long offset, int maxBytes, RunSink sink)
    {
        if (!index.TryFind(offset, out IndexedRun run))
        {
            return ReadRows(connection, index, new RowRange { From = offset, End = index.RunsFrom }, maxBytes, sink);
        }

        bool isThere = records.TryVisit(connection, run, (in RecordHeader header, ReadOnlySpan<byte> payload) => sink.AddFrom(header, run, offset, payload));
        return isThere ? run.End : ReadRows(connection, index, new RowRange { From = offset, End = run.End }, maxBytes, sink);
    }

    private long ReadRows(Connection connection, MessageIndex index, RowRange range, int maxBytes, RunSink sink)
    {
        RowShape shape = RowShape.Of(index.Kind);
        if (index.Kind != IndexKind.Lane && index.TryFindDay(range.From, out DaySlice slice, out long next))
        {
            range = range with { Slice = slice, End = Math.Min(range.End, next) };
        }

        range = range with { Limit = Math.Clamp(((maxBytes - sink.Bytes) / index.AverageBytes) + 1, 1, MostRows) };
        long reached = range.From;
        try
        {
            reached = ReadRows(connection, shape, index, range, sink);
        }
        catch (DatabaseException gone) when (gone.Failure == DatabaseFailure.SchemaDiffers)
        {
            // The table was dropped meanwhile, or by somebody else: there is nothing to read.
        }

        if (reached > range.From)
        {
            return reached;
        }

        sink.AddDamaged(range.From, index.Extent.OldestTime, range.End - range.From);
        return range.End;
    }

    private long ReadRows(Connection connection, RowShape shape, MessageIndex index, in RowRange range, RunSink sink)
    {
        var rows = new ParameterRows([.. Enumerable.Repeat(ColumnType.Unsigned, shape.KeyColumns + 3)]);
        rows.AddRow();
        int column = shape.SetKey(rows, index.Number, range.Slice);
        rows.Set(column++, (ulong)range.From);
        rows.Set(column++, (ulong)range.End);
        rows.Set(column, (ulong)range.Limit);
        ResultRow row = RowShape.NewResult();
        using RowReader reader = connection.Prepare(shape.SelectRange(RowShape.TableOf(names, indexes, index))).Query(rows, row);
        long next = range.From;
        while (reader.Next())
        {
            long offset = (long)row.Unsigned(0);
            RecordHeader header = shape.HeaderOf(row, index.Number);
            if (offset > next)
            {
                sink.AddDamaged(next, header.Time, offset - next);
            }

            sink.AddRow(header, offset, row.Bytes(RowShape.Content));
            next = offset + 1;
        }

        return next;
    }
}
