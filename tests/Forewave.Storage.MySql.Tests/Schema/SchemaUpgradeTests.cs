using Forewave.Protocol;
using Forewave.Storage.MySql.Connections;
using Forewave.Storage.MySql.Interop;
using Forewave.Storage.MySql.Schema;
using Forewave.Storage.MySql.Tests.Server;

namespace Forewave.Storage.MySql.Tests.Schema;

[Collection(MariaDbGroup.Name)]
[Trait("Suite", "mysql")]
public class SchemaUpgradeTests(MariaDbServer server)
{
    private static readonly Migration Added = Step(5, oldestReader: 1, "CREATE TABLE IF NOT EXISTS {0}.MQ_MORE (a INT PRIMARY KEY)");
    private static readonly Migration Removed = Step(6, oldestReader: 6, "DROP TABLE IF EXISTS {0}.MQ_MORE");
    private static readonly Migration AfterRemoved = Step(7, oldestReader: 6, "CREATE TABLE IF NOT EXISTS {0}.MQ_LAST (a INT PRIMARY KEY)");

    private readonly SchemaNames _names = server.NewNames();

    [Fact]
    public void Steps_are_numbered_one_after_the_other_and_only_final_ones_shut_the_older_out()
    {
        Assert.Equal(Enumerable.Range(1, Migrations.All.Count), Migrations.All.Select(step => step.Number));
        int oldest = 1;
        foreach (Migration step in Migrations.All)
        {
            oldest = step.IsFinal ? step.Number : oldest;
            Assert.Equal(oldest, step.OldestReader);
        }
    }

    [Fact]
    public void Empty_server_gets_every_table_and_a_second_start_does_nothing()
    {
        using Connection connection = Open();

        SchemaReport first = Upgrade([.. Migrations.All]).Apply(connection, finalize: false);
        SchemaReport second = Upgrade([.. Migrations.All]).Apply(connection, finalize: false);

        Assert.Equal(Migrations.All.Select(step => step.Number), first.Applied);
        Assert.Empty(second.Applied);
        Assert.Equal(
            ["MQ_DAY", "MQ_DEAD", "MQ_EPOCH", "MQ_FENCE", "MQ_FENCE", "MQ_LOG", "MQ_PENDING", "MQ_QUEUE", "MQ_SCHEMA", "MQ_SLICE", "MQ_STATE", "MQ_TRACE", "MQ_TRAIL"],
            Strings(connection, $"SELECT TABLE_NAME FROM information_schema.TABLES WHERE TABLE_SCHEMA IN ('{_names.Log}', '{_names.Queues}') ORDER BY 1"));
        Assert.Equal(
            ["InnoDB"],
            Strings(connection, $"SELECT DISTINCT ENGINE FROM information_schema.TABLES WHERE TABLE_SCHEMA IN ('{_names.Log}', '{_names.Queues}')"));
    }

    [Fact]
    public void Start_goes_on_wherever_the_one_before_broke_off()
    {
        int statements = Migrations.All.Sum(step => step.Statements(_names).Length);
        for (int done = 0; done <= statements; done++)
        {
            SchemaNames names = server.NewNames();
            using Connection connection = Open();
            Break(connection, names, done);

            new SchemaUpgrade(names, Migrations.All, TimeProvider.System).Apply(connection, finalize: false);

            Assert.Equal(
                ["1", "2", "3", "4"], Strings(connection, $"SELECT CAST(number AS CHAR) FROM {names.Queues}.MQ_SCHEMA ORDER BY number"));
        }
    }

    [Fact]
    public void Version_before_goes_on_after_a_step_that_only_adds()
    {
        using Connection connection = Open();
        Upgrade([.. Migrations.All, Added]).Apply(connection, finalize: false);

        SchemaReport before = Upgrade([.. Migrations.All]).Apply(connection, finalize: false);

        Assert.Empty(before.Applied);
    }

    [Fact]
    public void Step_that_takes_away_waits_for_finalize_and_so_does_what_follows_it()
    {
        using Connection connection = Open();

        SchemaReport start = Upgrade([.. Migrations.All, Added, Removed, AfterRemoved]).Apply(connection, finalize: false);
        Upgrade([.. Migrations.All]).Apply(connection, finalize: false);
        SchemaReport finalized = Upgrade([.. Migrations.All, Added, Removed, AfterRemoved]).Apply(connection, finalize: true);

        Assert.Equal([6, 7], start.Waiting);
        Assert.Equal([6, 7], finalized.Applied);
    }

    [Fact]
    public void Version_before_is_refused_after_finalize()
    {
        using Connection connection = Open();
        Upgrade([.. Migrations.All, Added, Removed]).Apply(connection, finalize: true);

        var refused = Assert.Throws<StoreException>(() => Upgrade([.. Migrations.All]).Apply(connection, finalize: false));

        Assert.Equal(ErrorCode.FormatTooNew, refused.Error);
        Assert.Contains("schema step 6; this one knows 4", refused.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Finalizing_does_what_waits_once()
    {
        using Connection connection = Open();
        Upgrade([.. Migrations.All, Added, Removed]).Apply(connection, finalize: false);
        MySqlStoreOptions options = new() { Connection = server.Administrator, Names = _names };

        IReadOnlyList<int> first = await MySqlUpgrade.FinalizeAsync(options, Upgrade([.. Migrations.All, Added, Removed]), default);
        IReadOnlyList<int> second = await MySqlUpgrade.FinalizeAsync(options, Upgrade([.. Migrations.All, Added, Removed]), default);

        Assert.Equal([6], first);
        Assert.Empty(second);
    }

    [Fact]
    public async Task Finalizing_where_nobody_has_worked_is_refused_and_makes_nothing()
    {
        MySqlStoreOptions options = new() { Connection = server.Administrator, Names = _names };

        var refused = await Assert.ThrowsAsync<StoreException>(() => MySqlUpgrade.FinalizeAsync(options, TimeProvider.System, default));

        Assert.Equal(ErrorCode.DatabaseUnusable, refused.Error);
        using Connection connection = Open();
        Assert.Empty(Strings(connection, $"SELECT SCHEMA_NAME FROM information_schema.SCHEMATA WHERE SCHEMA_NAME IN ('{_names.Log}', '{_names.Queues}')"));
    }

    [Fact]
    public async Task Two_brokers_that_start_at_once_do_it_once()
    {
        using var one = new DatabaseThread("one", server.Administrator, maxWaiting: 1);
        using var two = new DatabaseThread("two", server.Administrator, maxWaiting: 1);

        SchemaReport[] reports = await Task.WhenAll(
            one.RunAsync(connection => Upgrade([.. Migrations.All]).Apply(connection, finalize: false), Repetition.Forbidden, default),
            two.RunAsync(connection => Upgrade([.. Migrations.All]).Apply(connection, finalize: false), Repetition.Forbidden, default));

        Assert.Equal(Migrations.All.Select(step => step.Number), reports.SelectMany(report => report.Applied).Order());
    }

    [Fact]
    public void Privileges_of_the_document_are_enough_and_reach_nothing_else()
    {
        using Connection root = Open();
        root.Execute($"CREATE DATABASE {_names.Log}");
        root.Execute($"CREATE DATABASE {_names.Queues}");
        root.Execute("CREATE OR REPLACE USER least@'%' IDENTIFIED BY 'secret'");
        foreach (string database in new[] { _names.Log, _names.Queues })
        {
            root.Execute($"GRANT SELECT, INSERT, UPDATE, DELETE, CREATE, ALTER, DROP ON {database}.* TO least@'%'");
        }

        using Connection least = Connection.Open(server.Administrator with { User = "least", Password = "secret" });
        Upgrade([.. Migrations.All]).Apply(least, finalize: false);
        var table = new QueueTable(_names, new QueueName("orders"));
        table.Make(least, new DaySlice(20261121));

        Assert.True(table.TryAdd(least, new DaySlice(20261122)));
        Assert.True(table.TryDrop(least, new DaySlice(20261121)));
        ServerCheck.Refuse(least);
        Assert.Equal(
            DatabaseFailure.AccessDenied,
            Assert.Throws<DatabaseException>(() => least.Execute("CREATE DATABASE elsewhere")).Failure);
    }

    [Fact]
    public void Every_table_and_column_stands_in_the_document()
    {
        using Connection connection = Open();
        Upgrade([.. Migrations.All]).Apply(connection, finalize: false);
        new QueueTable(_names, new QueueName("orders")).Make(connection, new DaySlice(20261121));
        string document = Document();

        string[] missing =
        [
            .. Strings(connection, $"""
                SELECT DISTINCT CONCAT(IF(TABLE_NAME = 'orders', '<queue>', TABLE_NAME), '.', COLUMN_NAME)
                FROM information_schema.COLUMNS WHERE TABLE_SCHEMA IN ('{_names.Log}', '{_names.Queues}')
                """).Where(column => !IsIn(document, column.Split('.'))),
        ];

        Assert.Empty(missing);
    }

    // A table has a heading with its name, and a row for each column below it.
    private static bool IsIn(string document, string[] column)
    {
        string? section = document.Split("\n### ").FirstOrDefault(part => part.Split('\n')[0].Contains($"`{column[0]}`", StringComparison.Ordinal));
        return section?.Contains($"| `{column[1]}` |", StringComparison.Ordinal) == true;
    }

    private static string Document()
    {
        DirectoryInfo? folder = new(AppContext.BaseDirectory);
        while (folder is not null && !File.Exists(Path.Combine(folder.FullName, "Forewave.slnx")))
        {
            folder = folder.Parent;
        }

        return File.ReadAllText(Path.Combine(folder!.FullName, "docs", "mysql-schema.md"));
    }

    private static void Break(Connection connection, SchemaNames names, int statements)
    {
        if (statements == 0)
        {
            return;
        }

        new SchemaUpgrade(names, [], TimeProvider.System).Apply(connection, finalize: false);
        foreach (Migration step in Migrations.All)
        {
            string[] all = step.Statements(names);
            foreach (string statement in all.Take(statements))
            {
                connection.Execute(statement);
            }

            if (statements > all.Length)
            {
                connection.Execute($"INSERT INTO {names.Queues}.MQ_SCHEMA VALUES ({step.Number}, 'as if', 1, NOW(3))");
            }

            statements = Math.Max(0, statements - all.Length);
        }
    }

    private static Migration Step(int number, int oldestReader, params ReadOnlySpan<string> sql)
    {
        string statement = sql[0];
        return new Migration
        {
            Number = number,
            Name = "a later one",
            OldestReader = oldestReader,
            IsFinal = oldestReader == number,
            Statements = names => [string.Format(statement, names.Queues)],
        };
    }

    private SchemaUpgrade Upgrade(params Migration[] steps) => new(_names, steps, TimeProvider.System);

    private Connection Open() => Connection.Open(server.Administrator);

    private static List<string> Strings(Connection connection, string sql)
    {
        var found = new List<string>();
        var row = new ResultRow(ColumnType.Text);
        using RowReader reader = connection.Prepare(sql).Query(null, row);
        while (reader.Next())
        {
            found.Add(row.Text(0));
        }

        return found;
    }
}
