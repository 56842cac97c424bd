using System.Diagnostics;
using Forewave.Storage.MySql.Connections;
using Forewave.Storage.MySql.Interop;

namespace Forewave.Bench.MySql;

/// <summary>The server's limit: rows into one table without slices, one transaction after the other.</summary>
internal sealed class BulkProbe(BenchOptions options)
{
    public BenchFigures Run()
    {
        using Connection connection = Connection.Open(options.Connection);
        connection.Execute("CREATE DATABASE IF NOT EXISTS bench");
        connection.Execute("DROP TABLE IF EXISTS bench.probe");
        connection.Execute("CREATE TABLE bench.probe (id BIGINT UNSIGNED NOT NULL PRIMARY KEY, content LONGBLOB NOT NULL) ENGINE = InnoDB ROW_FORMAT = DYNAMIC");
        var insert = new RowInsert("INSERT INTO bench.probe (id, content)", new InsertedRow("(?, ?)"));
        byte[] content = new byte[options.SizeBytes];
        var latencies = new List<TimeSpan>();
        long begin = Stopwatch.GetTimestamp();
        for (int first = 0; first < options.Messages; first += options.Group)
        {
            long from = Stopwatch.GetTimestamp();
            var rows = new ParameterRows(ColumnType.Unsigned, ColumnType.Bytes);
            for (int i = first; i < Math.Min(first + options.Group, options.Messages); i++)
            {
                rows.AddRow();
                rows.Set(0, (ulong)i);
                rows.Set(1, content);
            }

            connection.Begin();
            insert.Execute(connection, rows);
            connection.Commit();
            latencies.Add(Stopwatch.GetElapsedTime(from));
        }

        TimeSpan time = Stopwatch.GetElapsedTime(begin);
        var row = new ResultRow(ColumnType.Unsigned);
        using (RowReader reader = connection.Prepare("SELECT COUNT(*) FROM bench.probe").Query(null, row))
        {
            reader.Next();
            if (row.Unsigned(0) != (ulong)options.Messages)
            {
                throw new InvalidOperationException($"{row.Unsigned(0)} of {options.Messages} rows are there");
            }
        }

        connection.Execute("DROP DATABASE bench");
        return new BenchFigures(options.Messages, time, [.. latencies], 0);
    }
}
