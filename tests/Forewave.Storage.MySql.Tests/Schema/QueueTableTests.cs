using Forewave.Protocol;
using Forewave.Storage.MySql.Connections;
using Forewave.Storage.MySql.Interop;
using Forewave.Storage.MySql.Schema;
using Forewave.Storage.MySql.Tests.Server;

namespace Forewave.Storage.MySql.Tests.Schema;

[Collection(MariaDbGroup.Name)]
[Trait("Suite", "mysql")]
public class QueueTableTests(MariaDbServer server)
{
    private static readonly DaySlice First = new(20261120);
    private static readonly DaySlice Second = new(20261121);

    private readonly SchemaNames _names = server.NewNames();

    [Theory]
    [InlineData("orders")]
    [InlineData("select")]
    [InlineData("0")]
    [InlineData("a.b-c_d")]
    [InlineData("x.-.-.-.-.-.-.-.-.-.-.-.-.-.-.-.-y23456789012345678901234567890")]
    public void Every_queue_name_is_a_tables_name(string name)
    {
        using Connection connection = Open();
        var table = new QueueTable(_names, new QueueName(name));

        table.Make(connection, First);
        table.Make(connection, First);

        Unheld.Do(() => table.TryAdd(connection, Second));
        Assert.Equal([First, Second], table.Slices(connection));
        Unheld.Do(() => table.TryDrop(connection, First));
        Assert.Equal([Second], table.Slices(connection));
    }

    [Fact]
    public void Slice_that_is_there_or_gone_already_is_no_failure()
    {
        using Connection connection = Open();
        QueueTable table = Made(connection);

        Unheld.Do(() => table.TryAdd(connection, Second));
        Unheld.Do(() => table.TryAdd(connection, Second));
        Unheld.Do(() => table.TryDrop(connection, First));
        Unheld.Do(() => table.TryDrop(connection, First));

        Assert.Equal([Second], table.Slices(connection));
    }

    [Fact]
    public void Slice_takes_its_rows_along_when_it_is_dropped()
    {
        using Connection connection = Open();
        QueueTable table = Made(connection);
        Unheld.Do(() => table.TryAdd(connection, Second));
        Insert(connection, table, First, Second);

        Unheld.Do(() => table.TryDrop(connection, First));

        Assert.Equal(1UL, Count(connection, table));
    }

    [Fact]
    public void Read_view_that_somebody_holds_refuses_at_once_and_stalls_no_insert()
    {
        using Connection connection = Open();
        using Connection reader = Open();
        QueueTable table = Made(connection);
        Insert(connection, table, First);
        reader.Begin();
        Assert.Equal(1UL, Count(reader, table));

        bool added = table.TryAdd(connection, Second);
        Insert(connection, table, First);
        reader.Commit();

        Assert.False(added);
        Unheld.Do(() => table.TryAdd(connection, Second));
        Assert.Equal(2UL, Count(connection, table));
    }

    [Theory]
    [InlineData(1_795_219_199_999, 20261120)]
    [InlineData(1_795_219_200_000, 20261121)]
    [InlineData(0, 19700101)]
    public void Day_of_an_instant_is_that_of_utc(long milliseconds, int day) =>
        Assert.Equal((uint)day, DaySlice.Of(new Timestamp(milliseconds)).Day);

    private QueueTable Made(Connection connection)
    {
        var table = new QueueTable(_names, new QueueName("orders"));
        table.Make(connection, First);
        return table;
    }

    private Connection Open()
    {
        Connection connection = Connection.Open(server.Administrator);
        connection.Execute($"CREATE DATABASE IF NOT EXISTS {_names.Queues}");
        return connection;
    }

    private static void Insert(Connection connection, QueueTable table, params ReadOnlySpan<DaySlice> days)
    {
        foreach (DaySlice day in days)
        {
            connection.Execute($"""
                INSERT INTO {table.Name} SELECT {day.Day}, 0, COALESCE(MAX(`offset`), 0) + 1, 1, 1, NOW(3), 1, 1, 0, 'x' FROM {table.Name}
                """);
        }
    }

    private static ulong Count(Connection connection, QueueTable table)
    {
        var row = new ResultRow(ColumnType.Unsigned);
        using RowReader reader = connection.Prepare($"SELECT COUNT(*) FROM {table.Name}").Query(null, row);
        Assert.True(reader.Next());
        return row.Unsigned(0);
    }
}
