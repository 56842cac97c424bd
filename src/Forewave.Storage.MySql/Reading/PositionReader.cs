using System.Globalization;
using Forewave.Protocol;
using Forewave.Storage.MySql.Connections;
using Forewave.Storage.MySql.Indexes;
using Forewave.Storage.MySql.Interop;
using Forewave.Storage.MySql.Log;
using Forewave.Storage.MySql.Rows;
using Forewave.Storage.MySql.Schema;

namespace Forewave.Storage.MySql.Reading;

/// <summary>
/// Finds the message of a log position: in the log, in the queues' tables by its id, among those that are pending. Without state;
/// blocks, for the thread of the connection.
/// </summary>
internal sealed class PositionReader(SchemaNames names, MessageIndexes indexes, LogTable log)
{
    // Tables that one query looks into.
    private const int TablesAtATime = 32;

    /// <summary>
    /// See <see cref="IStore.ReadMessageAsync"/>. Costs a query of the log, and for what is moved one for every 32 queues, each a
    /// search by the key on the id in every day slice.
    /// </summary>
    /// <exception cref="DatabaseException">The connection is lost.</exception>
    public StoredRuns? Read(Connection connection, LogPosition position)
    {
        using var home = new RunSink();
        RecordHeader header = default;
        bool isHome = log.TryReadLast(connection, position, (in RecordHeader found, ReadOnlySpan<byte> payload) =>
        {
            if (found.Type is RecordType.Published or RecordType.Scheduled && position.Bits - found.Position.Bits < (uint)found.Count)
            {
                header = found;
                AddOne(home, found, (int)(position.Bits - found.Position.Bits), found.Type == RecordType.Scheduled ? 0 : OffsetOf(found, position), payload);
            }
        });
        if (isHome && header.Type == RecordType.Published && OffsetOf(header, position) > 0)
        {
            return home.Take();
        }

        return ReadRow(connection, position)
            ?? (header.Type != RecordType.Published ? ReadReleased(connection, position) : null)
            ?? (header.Type == RecordType.None ? ReadPending(connection, position) : home.Take());
    }

    // 0: memory knows none, or it is not there any more.
    private long OffsetOf(in RecordHeader record, LogPosition position)
    {
        MessageIndex? index = indexes.Find(record.Queue);
        long first = index?.OffsetOf(record.Position) ?? 0;
        long offset = first + (long)position.Since(record.Position);
        return first > 0 && offset >= index!.Extent.FirstRetained.Value ? offset : 0;
    }

    private static void AddOne(RunSink sink, in RecordHeader header, int skip, long offset, ReadOnlySpan<byte> payload)
    {
        ReadOnlySpan<byte> left = payload;
        ReadOnlySpan<byte> message = default;
        for (int i = 0; i <= skip; i++)
        {
            message = RunMessages.Take(ref left);
        }

        sink.AddRow(
            header with { Position = header.Position.Plus((ulong)skip), Count = 1, Sequence = header.Sequence + (ulong)skip }, offset, message);
    }

    private StoredRuns? ReadRow(Connection connection, LogPosition position)
    {
        foreach (uint[] queues in indexes.All.Where(index => index.Kind == IndexKind.Queue && index.MovedEnd > 1)
            .Select(index => index.Number.Queue).Distinct().Chunk(TablesAtATime))
        {
            try
            {
                if (ReadRow(connection, position, queues) is { } found)
                {
                    return found;
                }
            }
            catch (DatabaseException gone) when (gone.Failure == DatabaseFailure.SchemaDiffers && queues.Length > 1)
            {
                // One of them was dropped meanwhile: the others, one by one.
                if (queues.Select(queue => TryReadRow(connection, position, queue)).FirstOrDefault(found => found is not null) is { } found)
                {
                    return found;
                }
            }
        }

        return null;
    }

    private StoredRuns? TryReadRow(Connection connection, LogPosition position, uint queue)
    {
        try
        {
            return ReadRow(connection, position, [queue]);
        }
        catch (DatabaseException gone) when (gone.Failure == DatabaseFailure.SchemaDiffers)
        {
            return null;
        }
    }

    private StoredRuns? ReadRow(Connection connection, LogPosition position, uint[] queues)
    {
        // A number that is text of the statement, and the id as often as there are tables: by the key on the id.
        string sql = string.Join(" UNION ALL ", queues.Select(queue => string.Create(
            CultureInfo.InvariantCulture, $"SELECT {queue} AS queue, found.* FROM ({RowShape.OfQueue.SelectId(TableOf(queue))}) AS found")));
        var rows = new ParameterRows([.. Enumerable.Repeat(ColumnType.Unsigned, queues.Length)]);
        rows.AddRow();
        for (int i = 0; i < queues.Length; i++)
        {
            rows.Set(i, position.Bits);
        }

        ResultRow row = RowShape.NewResult(before: ColumnType.Unsigned);
        using RowReader reader = connection.Prepare(sql).Query(rows, row);
        while (reader.Next())
        {
            IndexNumber index = IndexNumber.Of((uint)row.Unsigned(0), (int)row.Unsigned(RowShape.Band + 1));
            long offset = (long)row.Unsigned(1);
            QueueExtent extent = indexes.Extent(index.Value);
            using var sink = new RunSink();
            sink.AddRow(
                RowShape.OfQueue.HeaderOf(row, index, 1),
                offset >= extent.FirstRetained.Value && offset < extent.End.Value ? offset : 0,
                row.Bytes(RowShape.Content + 1));
            return sink.Take();
        }

        return null;
    }

    // Released a moment ago: in the log, behind what is moved. The record that it came with, scheduled or prepared, may be trimmed long since.
    private StoredRuns? ReadReleased(Connection connection, LogPosition position)
    {
        LogPosition from = indexes.All.Select(index => index.FirstUnmoved).OfType<LogPosition>().DefaultIfEmpty(LogPosition.None).Min();
        if (from == LogPosition.None)
        {
            return null;
        }

        StoredRuns? released = null;
        log.ReadReleases(connection, from, position, (in RecordHeader header, ReadOnlySpan<byte> payload) =>
        {
            int skip = (int)(position.Bits - header.Sequence);
            long first = indexes.Find(header.Queue)?.OffsetOf(header.Position) ?? 0;
            using var sink = new RunSink();
            AddOne(sink, header, skip, first > 0 ? first + skip : 0, payload);
            released?.Dispose();
            released = sink.Take();
        });
        return released;
    }

    private StoredRuns? ReadPending(Connection connection, LogPosition position)
    {
        var rows = new ParameterRows(ColumnType.Unsigned);
        rows.AddRow();
        rows.Set(0, position.Bits);
        ResultRow row = RowShape.NewResult();
        using RowReader reader = connection
            .Prepare(RowShape.OfLane.SelectScheduled(new SlicedTable(names, "MQ_PENDING"))).Query(rows, row);
        if (!reader.Next())
        {
            return null;
        }

        using var sink = new RunSink();
        sink.AddRow(RowShape.OfLane.HeaderOf(row, new IndexNumber((uint)row.Unsigned(RowShape.Band))), 0, row.Bytes(RowShape.Content));
        return sink.Take();
    }

    private SlicedTable TableOf(uint queue) => new(names, indexes.TableOf(queue));
}
