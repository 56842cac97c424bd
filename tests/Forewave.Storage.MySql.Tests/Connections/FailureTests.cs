using Forewave.Storage.MySql.Connections;
using Forewave.Storage.MySql.Interop;
using Forewave.Storage.MySql.Tests.Server;

namespace Forewave.Storage.MySql.Tests.Connections;

[Collection(MariaDbGroup.Name)]
[Trait("Suite", "mysql")]
public class FailureTests(MariaDbServer server)
{
    [Theory]
    [InlineData("SELEKT 1", nameof(DatabaseFailure.Other), 1064, "42000")]
    [InlineData("INSERT INTO none VALUES (1)", nameof(DatabaseFailure.SchemaDiffers), 1146, "42S02")]
    [InlineData("UPDATE f SET nothing = 1", nameof(DatabaseFailure.SchemaDiffers), 1054, "42S22")]
    [InlineData("INSERT INTO f VALUES (1, 'a'), (1, 'b')", nameof(DatabaseFailure.Duplicate), 1062, "23000")]
    [InlineData("INSERT INTO f VALUES (1, 'long')", nameof(DatabaseFailure.ValueRefused), 1406, "22001")]
    [InlineData("INSERT INTO f VALUES (NULL, 'a')", nameof(DatabaseFailure.ValueRefused), 1048, "23000")]
    [InlineData("SET GLOBAL read_only = 0", nameof(DatabaseFailure.AccessDenied), 1227, "42000")]
    public void Refusal_has_number_sqlstate_and_meaning(string sql, string failure, int number, string sqlState)
    {
        using Connection connection = Open(server.NewDatabase());

        var refused = Assert.Throws<DatabaseException>(() => connection.Execute(sql));

        Assert.Equal((failure, number, sqlState), (refused.Failure.ToString(), refused.Number, refused.SqlState.Code));
        Assert.False(connection.IsLost);
        connection.Ping();
    }

    [Fact]
    public void Prepared_statement_reports_the_same_failures()
    {
        using Connection connection = Open(server.NewDatabase());

        var refused = Assert.Throws<DatabaseException>(() => connection.Prepare("SELECT * FROM none"));

        Assert.Equal(1146, refused.Number);
    }

    [Fact]
    public void Opening_says_why_it_fails()
    {
        ConnectionOptions options = server.NewDatabase();

        Assert.Equal(DatabaseFailure.AccessDenied, Opening(options with { Password = "wrong" }));
        Assert.Equal(DatabaseFailure.SchemaDiffers, Opening(options with { Database = "nothing" }));
        Assert.Equal(DatabaseFailure.Unreachable, Opening(options with { Socket = options.Socket + ".none" }));
    }

    [Fact]
    public void Message_of_a_failed_opening_has_no_password()
    {
        ConnectionOptions options = server.NewDatabase() with { Password = "hush-hush" };

        var refused = Assert.Throws<DatabaseException>(() => Connection.Open(options));

        Assert.DoesNotContain("hush", refused.ToString(), StringComparison.Ordinal);
        Assert.DoesNotContain("hush", options.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public void Account_with_all_its_connections_is_told_so()
    {
        using Connection root = Connection.Open(server.Administrator);
        root.Execute("CREATE USER few@'%' WITH MAX_USER_CONNECTIONS 1");
        ConnectionOptions options = server.Administrator with { User = "few" };
        using Connection first = Connection.Open(options);

        Assert.Equal(DatabaseFailure.TooManyConnections, Opening(options));
    }

    [Fact]
    public void Lock_that_is_not_to_be_had_leaves_the_transaction()
    {
        ConnectionOptions options = server.NewDatabase();
        using Connection holder = Open(options);
        using Connection waiter = Connection.Open(options);
        holder.Execute("INSERT INTO f VALUES (1, 'a')");
        holder.Begin();
        holder.Execute("UPDATE f SET b = 'b' WHERE a = 1");

        waiter.Begin();
        waiter.Execute("INSERT INTO f VALUES (2, 'c')");
        var refused = Assert.Throws<DatabaseException>(() => waiter.Execute("SELECT * FROM f WHERE a = 1 FOR UPDATE NOWAIT"));
        waiter.Commit();

        Assert.Equal(DatabaseFailure.LockWait, refused.Failure);
        Assert.Equal(1, waiter.Execute("UPDATE f SET b = 'd' WHERE a = 2"));
    }

    [Fact]
    public async Task Deadlock_ends_one_of_two_transactions()
    {
        ConnectionOptions options = server.NewDatabase();
        using Connection one = Open(options);
        using var two = new DatabaseThread("two", options, maxWaiting: 4);
        one.Execute("INSERT INTO f VALUES (1, 'a'), (2, 'a')");
        one.Begin();
        one.Execute("UPDATE f SET b = 'b' WHERE a = 1");
        await two.RunAsync(connection =>
        {
            connection.Begin();
            return connection.Execute("UPDATE f SET b = 'c' WHERE a = 2");
        }, Repetition.Forbidden, default);

        // Whoever comes second closes the ring; the server picks the victim.
        Task<long> blocked = two.RunAsync(connection => connection.Execute("UPDATE f SET b = 'c' WHERE a = 1"), Repetition.Forbidden, default);
        DatabaseException? mine = Record.Exception(() => one.Execute("UPDATE f SET b = 'b' WHERE a = 2")) as DatabaseException;
        if (mine is null)
        {
            one.Commit();
        }

        DatabaseException? theirs = await Record.ExceptionAsync(() => blocked) as DatabaseException;
        Assert.Equal(DatabaseFailure.Deadlock, (mine ?? theirs)?.Failure);
        Assert.True(mine is null || theirs is null);
    }

    [Fact]
    public async Task Killed_query_leaves_the_connection()
    {
        ConnectionOptions options = server.NewDatabase();
        using var thread = new DatabaseThread("sleeper", options, maxWaiting: 4);
        ulong id = await thread.RunAsync(connection => connection.ThreadId, Repetition.Forbidden, default);
        using Connection root = Connection.Open(server.Administrator);

        Task<(DatabaseFailure Failure, ulong Id)> sleeping = thread.RunAsync(
            connection =>
            {
                DatabaseFailure failure = Assert.Throws<DatabaseException>(() => CountForLong(connection)).Failure;
                return (failure, connection.IsLost ? 0 : connection.ThreadId);
            },
            Repetition.Forbidden,
            default);
        while (!sleeping.IsCompleted)
        {
            if (IsExecuting(root, id))
            {
                root.Execute($"KILL QUERY {id}");
            }
        }

        Assert.Equal((DatabaseFailure.QueryKilled, id), await sleeping);
        Assert.Equal(id, await thread.RunAsync(connection => connection.ThreadId, Repetition.Forbidden, default));
    }

    // Killed while it is being prepared, a statement fails otherwise.
    private static bool IsExecuting(Connection connection, ulong id)
    {
        var row = new ResultRow(ColumnType.Unsigned);
        using RowReader reader = connection.Prepare(
            $"SELECT COUNT(*) FROM information_schema.PROCESSLIST WHERE ID = {id} AND COMMAND = 'Execute' AND TIME_MS > 5").Query(null, row);
        return reader.Next() && row.Unsigned(0) > 0;
    }

    [Fact]
    public void Read_only_server_refuses_writes()
    {
        using Connection root = Connection.Open(server.Administrator);
        using Connection connection = Open(server.NewDatabase());
        root.Execute("SET GLOBAL read_only = 1");
        try
        {
            var refused = Assert.Throws<DatabaseException>(() => connection.Execute("INSERT INTO f VALUES (1, 'a')"));

            Assert.Equal(DatabaseFailure.ReadOnly, refused.Failure);
        }
        finally
        {
            root.Execute("SET GLOBAL read_only = 0");
        }
    }

    [Fact]
    public void Packet_over_the_servers_limit_ends_the_connection()
    {
        using Connection connection = Open(server.NewDatabase() with { MaxPacketBytes = 1 << 30 });
        Assert.Equal(80L << 20, connection.MaxPacketBytes);

        var refused = Assert.Throws<DatabaseException>(() => connection.Execute($"SET @a = '{new string('a', 81 << 20)}'"));

        Assert.True(refused.Failure is DatabaseFailure.PacketTooLarge or DatabaseFailure.ConnectionLost, refused.Message);
        Assert.True(connection.IsLost);
    }

    private static bool CountForLong(Connection connection)
    {
        using RowReader reader = connection.Prepare("SELECT COUNT(*) FROM seq_1_to_1000000 AS a JOIN seq_1_to_1000000 AS b WHERE a.seq <> b.seq").Query(null, new ResultRow(ColumnType.Unsigned));
        return reader.Next();
    }

    private static DatabaseFailure Opening(ConnectionOptions options) =>
        Assert.Throws<DatabaseException>(() => Connection.Open(options)).Failure;

    private static Connection Open(ConnectionOptions options)
    {
        Connection connection = Connection.Open(options);
        connection.Execute("CREATE TABLE f (a INT PRIMARY KEY, b CHAR(1)) ENGINE = InnoDB");
        return connection;
    }
}
