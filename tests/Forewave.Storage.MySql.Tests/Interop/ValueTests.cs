using Forewave.Storage.MySql.Connections;
using Forewave.Storage.MySql.Interop;
using Forewave.Storage.MySql.Tests.Server;

namespace Forewave.Storage.MySql.Tests.Interop;

[Collection(MariaDbGroup.Name)]
[Trait("Suite", "mysql")]
public class ValueTests(MariaDbServer server)
{
    private const string Table = """
        CREATE TABLE v (id INT UNSIGNED PRIMARY KEY, big BIGINT UNSIGNED, small INT, bytes VARBINARY(300), body LONGBLOB,
            words VARCHAR(200) CHARACTER SET utf8mb4, moment DATETIME(3)) ENGINE = InnoDB
        """;

    private static readonly ColumnType[] Columns =
    [
        ColumnType.Unsigned, ColumnType.Unsigned, ColumnType.Signed, ColumnType.Bytes, ColumnType.Bytes, ColumnType.Text, ColumnType.Time,
    ];

    [Fact]
    public void Values_come_back_as_they_were_bound()
    {
        using Connection connection = Open();
        var rows = new ParameterRows(Columns);
        var time = new Timestamp(1_700_000_000_123);

        rows.AddRow();
        rows.Set(0, 7UL);
        rows.Set(1, ulong.MaxValue);
        rows.Set(2, (long)int.MinValue);
        rows.Set(3, "a "u8);
        rows.Set(4, [0, 255, 39, 0, 92]);
        rows.Set(5, "前浪 🌊 é"u8);
        rows.Set(6, time);
        long inserted = connection.Prepare("INSERT INTO v VALUES (?, ?, ?, ?, ?, ?, ?)").Execute(rows);

        var row = new ResultRow(Columns);
        using RowReader reader = connection.Prepare("SELECT * FROM v").Query(null, row);
        Assert.Equal(1, inserted);
        Assert.True(reader.Next());
        Assert.Equal(7UL, row.Unsigned(0));
        Assert.Equal(ulong.MaxValue, row.Unsigned(1));
        Assert.Equal(int.MinValue, row.Signed(2));
        Assert.Equal("a "u8.ToArray(), row.Bytes(3).ToArray());
        Assert.Equal([0, 255, 39, 0, 92], row.Bytes(4).ToArray());
        Assert.Equal("前浪 🌊 é", row.Text(5));
        Assert.Equal(time, row.Time(6));
        Assert.False(reader.Next());
    }

    [Fact]
    public void Null_and_nothing_are_two_values()
    {
        using Connection connection = Open();
        var rows = new ParameterRows(Columns);
        var insert = new RowInsert("INSERT INTO v", new InsertedRow("(?, ?, ?, ?, ?, ?, ?)"));

        rows.AddRow();
        rows.Set(0, 1UL);
        rows.AddRow();
        rows.Set(0, 2UL);
        rows.Set(3, ""u8);
        rows.Set(4, ""u8);
        rows.Set(5, ""u8);
        rows.Set(1, 0UL);
        insert.Execute(connection, rows, asArrays: true);

        var row = new ResultRow(Columns);
        using RowReader reader = connection.Prepare("SELECT * FROM v ORDER BY id").Query(null, row);
        Assert.True(reader.Next());
        Assert.Equal([false, true, true, true, true, true, true], Enumerable.Range(0, 7).Select(row.IsNull));
        Assert.True(reader.Next());
        Assert.Equal([false, false, true, false, false, false, true], Enumerable.Range(0, 7).Select(row.IsNull));
        Assert.Empty(row.Bytes(3).ToArray());
    }

    [Theory]
    [InlineData(255)]
    [InlineData(256)]
    [InlineData(257)]
    [InlineData(70_000)]
    [InlineData(17 << 20)]
    public void Bytes_come_back_whole_when_longer_than_the_buffer(int bytes)
    {
        using Connection connection = Open();
        byte[] body = new byte[bytes];
        new Random(bytes).NextBytes(body);
        Insert(connection, 1, body);
        Insert(connection, 2, "short"u8);
        Insert(connection, 3, body);

        var row = new ResultRow(ColumnType.Bytes);
        using RowReader reader = connection.Prepare("SELECT body FROM v ORDER BY id").Query(null, row);

        Assert.True(reader.Next() && row.Bytes(0).SequenceEqual(body));
        Assert.True(reader.Next() && row.Bytes(0).SequenceEqual("short"u8));
        Assert.True(reader.Next() && row.Bytes(0).SequenceEqual(body));
        Assert.False(reader.Next());
    }

    [Fact]
    public void Packet_of_64_MiB_goes_both_ways()
    {
        using Connection connection = Connection.Open(server.NewDatabase() with { MaxPacketBytes = 80L << 20 });
        byte[] body = new byte[64 << 20];
        new Random(5).NextBytes(body);
        var rows = new ParameterRows(ColumnType.Bytes);
        rows.AddRow();
        rows.Set(0, body);

        var row = new ResultRow(ColumnType.Bytes, ColumnType.Unsigned);
        using RowReader reader = connection.Prepare("SELECT ?, 1").Query(rows, row);

        Assert.True(reader.Next());
        Assert.True(row.Bytes(0).SequenceEqual(body));
    }

    [Fact]
    public void Value_is_refused_when_it_does_not_fit_its_column()
    {
        using Connection connection = Open();
        var rows = new ParameterRows(ColumnType.Unsigned, ColumnType.Signed);
        rows.AddRow();
        rows.Set(0, 1UL);
        rows.Set(1, 1L + int.MaxValue);

        var refused = Assert.Throws<DatabaseException>(() => connection.Prepare("INSERT INTO v (id, small) VALUES (?, ?)").Execute(rows));

        Assert.Equal(DatabaseFailure.ValueRefused, refused.Failure);
        Assert.Equal(1264, refused.Number);
        Assert.Equal("22003", refused.SqlState.Code);
        Assert.False(connection.IsLost);
    }

    [Fact]
    public void Number_is_refused_when_it_does_not_fit_what_it_is_read_as()
    {
        using Connection connection = Open();
        var row = new ResultRow(ColumnType.Signed);
        RowReader reader = connection.Prepare("SELECT CAST(18446744073709551615 AS UNSIGNED)").Query(null, row);

        Assert.Throws<InvalidDataException>(() => reader.Next());
        reader.Dispose();
        connection.Ping();
    }

    [Fact]
    public void Connection_is_free_again_when_a_reader_stops_early()
    {
        using Connection connection = Open();
        for (int i = 0; i < 50; i++)
        {
            Insert(connection, i, new byte[1000]);
        }

        var row = new ResultRow(ColumnType.Unsigned, ColumnType.Bytes);
        using (RowReader reader = connection.Prepare("SELECT id, body FROM v ORDER BY id").Query(null, row))
        {
            Assert.True(reader.Next());
        }

        using RowReader again = connection.Prepare("SELECT id, body FROM v ORDER BY id DESC").Query(null, row);
        Assert.True(again.Next());
        Assert.Equal(49UL, row.Unsigned(0));
    }

    [Fact]
    public void Update_counts_rows_that_matched_though_nothing_changed()
    {
        using Connection connection = Open();
        Insert(connection, 1, "x"u8);

        Assert.Equal(1, connection.Execute("UPDATE v SET id = 1 WHERE id = 1"));
        Assert.Equal(0, connection.Execute("UPDATE v SET id = 1 WHERE id = 2"));
    }

    [Fact]
    public void Session_is_strict_in_utc_and_sees_what_is_committed()
    {
        using Connection connection = Open();
        var row = new ResultRow(ColumnType.Text, ColumnType.Text, ColumnType.Text, ColumnType.Text);
        using RowReader reader = connection
            .Prepare("SELECT @@sql_mode, @@time_zone, @@tx_isolation, @@character_set_client").Query(null, row);

        Assert.True(reader.Next());
        Assert.Contains("STRICT_ALL_TABLES", row.Text(0), StringComparison.Ordinal);
        Assert.Equal("+00:00", row.Text(1));
        Assert.Equal("READ-COMMITTED", row.Text(2));
        Assert.Equal("utf8mb4", row.Text(3));
    }

    [Fact]
    public void Rows_with_the_wrong_number_of_values_are_refused_here()
    {
        using Connection connection = Open();
        var rows = new ParameterRows(ColumnType.Unsigned);
        rows.AddRow();

        Assert.Throws<ArgumentException>(() => connection.Prepare("SELECT ?, ?").Query(rows, new ResultRow(ColumnType.Unsigned)));
        Assert.Throws<ArgumentException>(() => connection.Prepare("SELECT ?").Query(rows, new ResultRow(ColumnType.Unsigned, ColumnType.Unsigned)));
        connection.Ping();
    }

    private Connection Open()
    {
        Connection connection = Connection.Open(server.NewDatabase());
        connection.Execute(Table);
        return connection;
    }

    private static void Insert(Connection connection, int id, ReadOnlySpan<byte> body)
    {
        var rows = new ParameterRows(ColumnType.Unsigned, ColumnType.Bytes);
        rows.AddRow();
        rows.Set(0, (ulong)id);
        rows.Set(1, body);
        connection.Prepare("INSERT INTO v (id, body) VALUES (?, ?)").Execute(rows);
    }
}
