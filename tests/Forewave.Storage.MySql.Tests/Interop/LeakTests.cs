using System.Diagnostics;
using Forewave.Storage.MySql.Connections;
using Forewave.Storage.MySql.Interop;
using Forewave.Storage.MySql.Tests.Server;

namespace Forewave.Storage.MySql.Tests.Interop;

[Collection(MariaDbGroup.Name)]
[Trait("Suite", "mysql")]
public class LeakTests(MariaDbServer server)
{
    private const long MaxGrowthBytes = 24L << 20;

    // Ten minutes in nightly runs; else so many rounds that a kilobyte lost in each would show.
    private static readonly TimeSpan Nightly = TimeSpan.FromMinutes(10);

    [Fact]
    public void Memory_stays_flat_over_connections_statements_rows_and_failures()
    {
        ConnectionOptions options = server.NewDatabase();
        using Connection administrator = Connection.Open(server.Administrator);
        administrator.Execute($"CREATE TABLE {options.Database}.l (id INT PRIMARY KEY, body LONGBLOB)");
        long statements = Statements(administrator);
        Rounds(options, 10);
        long before = ResidentBytes();

        long rounds = Environment.GetEnvironmentVariable("FOREWAVE_NIGHTLY") is null ? Rounds(options, 120) : RoundsUntil(options, Nightly);

        long growth = ResidentBytes() - before;
        Assert.True(growth < MaxGrowthBytes, $"{growth} bytes more after {rounds} rounds");
        // The server ends a session some time after it was told to; those of other tests may have been ending when it began.
        bool ended = Enumerable.Range(0, 300_000).Any(_ => Statements(administrator) <= statements);
        Assert.True(ended, $"{Statements(administrator)} statements are left of {statements} before");
    }

    private static long RoundsUntil(ConnectionOptions options, TimeSpan end)
    {
        var clock = Stopwatch.StartNew();
        long rounds = 0;
        while (clock.Elapsed < end)
        {
            rounds += Rounds(options, 10);
        }

        return rounds;
    }

    private static int Rounds(ConnectionOptions options, int rounds)
    {
        for (int i = 0; i < rounds; i++)
        {
            using Connection connection = Connection.Open(options);
            Write(connection);
            Read(connection);
            Fail(connection, options);
            for (int statement = 0; statement < 100; statement++)
            {
                connection.Prepare($"SELECT {statement}");
            }
        }

        return rounds;
    }

    private static void Write(Connection connection)
    {
        connection.Execute("TRUNCATE l");
        var insert = new RowInsert("INSERT INTO l", new InsertedRow("(?, ?)"));
        var rows = new ParameterRows(ColumnType.Unsigned, ColumnType.Bytes);
        for (int id = 0; id < 100; id++)
        {
            rows.AddRow();
            rows.Set(0, (ulong)id);
            rows.Set(1, new byte[id * 100]);
        }

        connection.Begin();
        insert.Execute(connection, rows);
        connection.Commit();
    }

    private static void Read(Connection connection)
    {
        var row = new ResultRow(ColumnType.Bytes);
        using RowReader reader = connection.Prepare("SELECT body FROM l").Query(null, row);
        for (int i = 0; i < 50; i++)
        {
            Assert.True(reader.Next());
        }
    }

    private static void Fail(Connection connection, ConnectionOptions options)
    {
        Assert.Throws<DatabaseException>(() => connection.Prepare("SELECT no_such_column"));
        Assert.Throws<DatabaseException>(() => connection.Execute("INSERT INTO l VALUES (1, NULL)"));
        Assert.Throws<DatabaseException>(() => Connection.Open(options with { Password = "wrong" }));
    }

    private static long ResidentBytes()
    {
        GC.Collect();
        GC.WaitForPendingFinalizers();
        GC.Collect();
        return long.Parse(File.ReadAllText("/proc/self/statm").Split(' ')[1]) * Environment.SystemPageSize;
    }

    private static long Statements(Connection connection)
    {
        var row = new ResultRow(ColumnType.Text, ColumnType.Text);
        using RowReader reader = connection.Prepare("SHOW GLOBAL STATUS LIKE 'Prepared_stmt_count'").Query(null, row);
        Assert.True(reader.Next());
        return long.Parse(row.Text(1));
    }
}
