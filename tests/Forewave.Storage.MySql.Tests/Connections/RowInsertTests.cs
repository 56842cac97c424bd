using Forewave.Storage.MySql.Connections;
using Forewave.Storage.MySql.Interop;
using Forewave.Storage.MySql.Tests.Server;
using Xunit.Abstractions;

namespace Forewave.Storage.MySql.Tests.Connections;

[Collection(MariaDbGroup.Name)]
[Trait("Suite", "mysql")]
public class RowInsertTests(MariaDbServer server, ITestOutputHelper output)
{
    private static readonly RowInsert Insert = new("INSERT INTO r (id, number, body, moment)", new InsertedRow("(?, ?, ?, ?)"));

    [Theory]
    [InlineData(1, true)]
    [InlineData(1, false)]
    [InlineData(16, true)]
    [InlineData(545, true)]
    [InlineData(545, false)]
    [InlineData(2000, true)]
    public void Rows_come_back_as_they_were_with_arrays_and_without(int count, bool asArrays)
    {
        using Connection connection = Open();
        int seed = Random.Shared.Next();
        output.WriteLine($"seed {seed}");
        RandomRow[] expected = Some(count, seed);

        long inserted = Insert.Execute(connection, Rows(expected), asArrays);

        Assert.Equal(count, inserted);
        Assert.Equal(expected, All(connection));
    }

    [Fact]
    public void Rows_are_reused_when_cleared()
    {
        using Connection connection = Open();
        ParameterRows rows = Rows(Some(100, 1));
        Insert.Execute(connection, rows, asArrays: true);

        rows.Clear();
        rows.AddRow();
        rows.Set(0, 1000UL);
        Insert.Execute(connection, rows, asArrays: true);

        Assert.Equal(new RandomRow(1000, null, null, null), All(connection)[^1]);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void Rows_go_in_several_packets_when_one_is_too_small(bool asArrays)
    {
        ConnectionOptions options = server.NewDatabase();
        using Connection connection = Open(options with { MaxPacketBytes = 100_000 });
        RandomRow[] expected = [.. Some(300, 2).Select(row => row with { Body = Convert.ToHexString(new byte[1500]) })];

        long inserted = Insert.Execute(connection, Rows(expected), asArrays);

        Assert.Equal(300, inserted);
        Assert.Equal(expected, All(connection));
    }

    [Fact]
    public void Row_longer_than_a_packet_is_refused_before_anything_of_it_is_sent()
    {
        using Connection connection = Open(server.NewDatabase() with { MaxPacketBytes = 100_000 });
        var rows = new ParameterRows(ColumnType.Unsigned, ColumnType.Signed, ColumnType.Bytes, ColumnType.Time);
        rows.AddRow();
        rows.Set(0, 1UL);
        rows.Set(2, new byte[100_000]);

        var refused = Assert.Throws<DatabaseException>(() => Insert.Execute(connection, rows));

        Assert.Equal(DatabaseFailure.PacketTooLarge, refused.Failure);
        Assert.False(connection.IsLost);
        Assert.Empty(All(connection));
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void Refused_row_is_named_and_the_transaction_takes_all_back(bool asArrays)
    {
        using Connection connection = Open();
        RandomRow[] twice = [.. Some(10, 3), new RandomRow(5, null, null, null)];

        connection.Begin();
        var refused = Assert.Throws<DatabaseException>(() => Insert.Execute(connection, Rows(twice), asArrays));
        connection.Rollback();

        Assert.Equal(DatabaseFailure.Duplicate, refused.Failure);
        Assert.Equal("23000", refused.SqlState.Code);
        Assert.Empty(All(connection));
    }

    private Connection Open(ConnectionOptions? options = null)
    {
        Connection connection = Connection.Open(options ?? server.NewDatabase());
        connection.Execute("CREATE TABLE r (id BIGINT UNSIGNED PRIMARY KEY, number INT, body LONGBLOB, moment DATETIME(3)) ENGINE = InnoDB");
        Assert.True(connection.TakesArrays);
        return connection;
    }

    private static RandomRow[] Some(int count, int seed)
    {
        var random = new Random(seed);
        return [.. Enumerable.Range(0, count).Select(id => RandomRow.Draw(id, random))];
    }

    private static ParameterRows Rows(IEnumerable<RandomRow> some)
    {
        var rows = new ParameterRows(ColumnType.Unsigned, ColumnType.Signed, ColumnType.Bytes, ColumnType.Time);
        foreach (RandomRow row in some)
        {
            row.AddTo(rows);
        }

        return rows;
    }

    private static RandomRow[] All(Connection connection)
    {
        var found = new List<RandomRow>();
        var row = new ResultRow(ColumnType.Unsigned, ColumnType.Signed, ColumnType.Bytes, ColumnType.Time);
        using RowReader reader = connection.Prepare("SELECT id, number, body, moment FROM r ORDER BY id").Query(null, row);
        while (reader.Next())
        {
            found.Add(RandomRow.From(row));
        }

        return [.. found];
    }
}
