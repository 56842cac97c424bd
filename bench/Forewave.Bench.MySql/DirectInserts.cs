using System.Diagnostics;
using Forewave.Protocol;
using Forewave.Storage.MySql.Interop;
using Forewave.Storage.MySql.Log;
using Forewave.Storage.MySql.Schema;

namespace Forewave.Bench.MySql;

/// <summary>Groups straight into the queues' tables, one transaction each, fenced as the log is.</summary>
internal sealed class DirectInserts(BenchOptions options)
{
    public BenchFigures Run()
    {
        using var database = new BenchDatabase(options);
        using Connection connection = Connection.Open(options.Connection);
        connection.KeptStatements = options.Queues + 16;
        Fences fences = new(database.Names, default);
        Epoch epoch = fences.Raise(connection);
        var groups = new MessageGroups(options);
        var rows = new QueueRows(database);
        ulong place = 0;
        database.Begin();
        long begin = Stopwatch.GetTimestamp();
        var arrivals = new Arrivals(options);
        while (arrivals.Take() is > 0 and int count)
        {
            List<QueueRun> group = groups.Next(count);
            connection.Begin();
            fences.Move(connection, FenceRole.Log, new FencePlace(epoch, ++place));
            rows.Insert(connection, group);
            connection.Commit();
            arrivals.Answer();
        }

        TimeSpan time = Stopwatch.GetElapsedTime(begin);
        return database.Figures(time, arrivals, () => ReadSecondHalf(connection, database, groups.Middle));
    }

    // What a start has to see again: which messages came after the checkpoint, from every table, since none of them says it alone.
    private static long ReadSecondHalf(Connection connection, BenchDatabase database, LogPosition middle)
    {
        long read = 0;
        var after = new ParameterRows(ColumnType.Unsigned);
        after.AddRow();
        after.Set(0, middle.Bits);
        var row = new ResultRow(ColumnType.Unsigned, ColumnType.Bytes);
        foreach (SlicedTable table in database.Tables)
        {
            // By the key (id).
            using RowReader reader = connection.Prepare($"""
                SELECT id, content FROM {table.Name} WHERE id > ? ORDER BY id
                """).Query(after, row);
            while (reader.Next())
            {
                read++;
            }
        }

        return read;
    }
}
