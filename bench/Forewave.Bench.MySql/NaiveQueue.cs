using System.Collections.Concurrent;
using System.Diagnostics;
using Forewave.Storage.MySql.Connections;
using Forewave.Storage.MySql.Interop;

namespace Forewave.Bench.MySql;

/// <summary>
/// A home-made queue: one table, an insert for each message, and consumers that take one at a time with SKIP LOCKED and delete it.
/// Publishers and consumers at once.
/// </summary>
internal sealed class NaiveQueue(BenchOptions options)
{
    private readonly ConcurrentBag<TimeSpan> _latencies = [];
    private int _published;
    private int _taken;

    public BenchFigures Run()
    {
        using Connection root = Connection.Open(options.Connection);
        root.Execute("CREATE DATABASE IF NOT EXISTS bench");
        root.Execute("DROP TABLE IF EXISTS bench.naive");
        root.Execute("CREATE TABLE bench.naive (id BIGINT UNSIGNED NOT NULL AUTO_INCREMENT PRIMARY KEY, content LONGBLOB NOT NULL) ENGINE = InnoDB ROW_FORMAT = DYNAMIC");
        long begin = Stopwatch.GetTimestamp();
        Thread[] threads = [.. Enumerable.Range(0, 2 * options.Connections).Select(i => new Thread(i % 2 == 0 ? Publish : Consume))];
        Array.ForEach(threads, thread => thread.Start());
        Array.ForEach(threads, thread => thread.Join());
        TimeSpan time = Stopwatch.GetElapsedTime(begin);
        root.Execute("DROP DATABASE bench");
        return _taken >= options.Messages
            ? new BenchFigures(options.Messages, time, [.. _latencies], 0)
            : throw new InvalidOperationException($"{_taken} of {options.Messages} messages were taken");
    }

    private void Publish()
    {
        using Connection connection = Connection.Open(options.Connection);
        var rows = new ParameterRows(ColumnType.Bytes);
        rows.AddRow();
        rows.Set(0, new byte[options.SizeBytes]);
        while (Interlocked.Increment(ref _published) <= options.Messages)
        {
            long from = Stopwatch.GetTimestamp();
            connection.Prepare("INSERT INTO bench.naive (content) VALUES (?)").Execute(rows);
            _latencies.Add(Stopwatch.GetElapsedTime(from));
        }
    }

    private void Consume()
    {
        using Connection connection = Connection.Open(options.Connection);
        var row = new ResultRow(ColumnType.Unsigned, ColumnType.Bytes);
        while (Volatile.Read(ref _taken) < options.Messages)
        {
            connection.Begin();
            var which = new ParameterRows(ColumnType.Unsigned);
            using (RowReader reader = connection.Prepare("SELECT id, content FROM bench.naive ORDER BY id LIMIT 1 FOR UPDATE SKIP LOCKED").Query(null, row))
            {
                if (reader.Next())
                {
                    which.AddRow();
                    which.Set(0, row.Unsigned(0));
                }
            }

            if (which.Count > 0)
            {
                connection.Prepare("DELETE FROM bench.naive WHERE id = ?").Execute(which);
            }

            connection.Commit();
            Interlocked.Add(ref _taken, which.Count);
        }
    }
}
