using System.Diagnostics;
using System.Globalization;
using Forewave.Storage.MySql.Connections;
using Forewave.Storage.MySql.Indexes;
using Forewave.Storage.MySql.Interop;
using Forewave.Storage.MySql.Rows;
using Forewave.Storage.MySql.Schema;

namespace Forewave.Bench.MySql;

/// <summary>The store's own schema, empty, with a table for each queue; dropped afterwards. For one thread.</summary>
internal sealed class BenchDatabase : IDisposable
{
    private static readonly DaySlice Day = new(20261121);

    private readonly Connection _root;
    private readonly string _server;
    private long _writtenBefore;

    public BenchDatabase(BenchOptions options)
    {
        Options = options;
        _root = Connection.Open(options.Connection);
        _server = File.ReadAllText(Path.Combine(Text("SELECT @@datadir"), Text("SELECT @@pid_file"))).Trim();
        Drop();
        new SchemaUpgrade(Names, Migrations.All, TimeProvider.System).Apply(_root, finalize: false);
        Tables = [.. Enumerable.Range(0, options.Queues).Select(queue => new SlicedTable(Names, $"q-{queue}"))];
        Inserts = [.. Tables.Select(table => RowShape.OfQueue.InsertInto(table))];
        foreach (SlicedTable table in Tables)
        {
            new QueueTable(table).Make(_root, Day);
        }
    }

    public SchemaNames Names { get; } = SchemaNames.Of("bench");

    public BenchOptions Options { get; }

    public SlicedTable[] Tables { get; }

    public RowInsert[] Inserts { get; }

    /// <summary>Where a message stands.</summary>
    public static RowPlace PlaceOf(long offset) => new(IndexNumber.Of(1, 0), Day, offset);

    /// <summary>What is written from now on counts.</summary>
    public void Begin() => _writtenBefore = Written();

    /// <summary>The figures, when every message is in its queue's table.</summary>
    /// <param name="time">How long it took.</param>
    /// <param name="arrivals">Latencies.</param>
    /// <param name="readSecondHalf">Reads what a start would have to read if the checkpoint were in the middle; says how many messages.</param>
    public BenchFigures Figures(TimeSpan time, Arrivals arrivals, Func<long> readSecondHalf)
    {
        Flush();
        long written = Written() - _writtenBefore;
        long from = Stopwatch.GetTimestamp();
        long read = readSecondHalf();
        TimeSpan recovery = Stopwatch.GetElapsedTime(from);
        if (read < Options.Messages / 2)
        {
            throw new InvalidOperationException($"{read} of {Options.Messages / 2} messages were read again");
        }

        long there = Tables.Sum(table => (long)Number($"SELECT COUNT(*) FROM {table.Name}"));
        return there == Options.Messages
            ? new BenchFigures(there, time, [.. arrivals.Latencies], written) { Recovery = recovery }
            : throw new InvalidOperationException($"{there} of {Options.Messages} messages are in their tables");
    }

    public void Dispose()
    {
        Drop();
        _root.Dispose();
    }

    // What the kernel wrote for the server, its binary log included.
    private long Written()
    {
        string[] counters = File.ReadAllLines($"/proc/{_server}/io");
        return long.Parse(counters.First(line => line.StartsWith("write_bytes:", StringComparison.Ordinal)).Split(' ')[1], CultureInfo.InvariantCulture);
    }

    // Pages that are not written yet belong to the run too.
    private void Flush()
    {
        using var pause = new ManualResetEventSlim();
        _root.Execute("SET GLOBAL innodb_max_dirty_pages_pct_lwm = 0, GLOBAL innodb_max_dirty_pages_pct = 0, GLOBAL innodb_io_capacity = 20000");
        while (Number("SELECT CAST(VARIABLE_VALUE AS UNSIGNED) FROM information_schema.GLOBAL_STATUS WHERE VARIABLE_NAME = 'INNODB_BUFFER_POOL_PAGES_DIRTY'") > 200)
        {
            pause.Wait(TimeSpan.FromMilliseconds(50));
        }

        _root.Execute("SET GLOBAL innodb_max_dirty_pages_pct = DEFAULT, GLOBAL innodb_io_capacity = DEFAULT");
    }

    private ulong Number(string sql)
    {
        var row = new ResultRow(ColumnType.Unsigned);
        using RowReader reader = _root.Prepare(sql).Query(null, row);
        return reader.Next() ? row.Unsigned(0) : 0;
    }

    private string Text(string sql)
    {
        var row = new ResultRow(ColumnType.Text);
        using RowReader reader = _root.Prepare(sql).Query(null, row);
        return reader.Next() ? row.Text(0) : "";
    }

    private void Drop()
    {
        _root.Execute($"DROP DATABASE IF EXISTS {Names.Log}");
        _root.Execute($"DROP DATABASE IF EXISTS {Names.Queues}");
    }
}
