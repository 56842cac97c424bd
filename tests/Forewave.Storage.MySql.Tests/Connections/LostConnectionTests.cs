using Forewave.Storage.MySql.Connections;
using Forewave.Storage.MySql.Interop;
using Forewave.Storage.MySql.Tests.Server;

namespace Forewave.Storage.MySql.Tests.Connections;

[Collection(MariaDbGroup.Name)]
[Trait("Suite", "mysql")]
public class LostConnectionTests(MariaDbServer server)
{
    [Fact]
    public void Connection_says_that_it_is_lost_when_the_server_ended_it()
    {
        using Connection root = Connection.Open(server.Administrator);
        using Connection connection = Connection.Open(server.NewDatabase());
        Statement statement = connection.Prepare("SELECT 1");
        root.Execute($"KILL {connection.ThreadId}");

        var lost = Assert.Throws<DatabaseException>(() => { connection.Ping(); connection.Ping(); });

        Assert.Equal(DatabaseFailure.ConnectionLost, lost.Failure);
        Assert.True(connection.IsLost);
        Assert.Throws<DatabaseException>(() => statement.Query(null, new ResultRow(ColumnType.Unsigned)));
        connection.Rollback();
    }

    [Fact]
    public async Task Transaction_is_taken_back_when_its_connection_is_lost()
    {
        ConnectionOptions options = server.NewDatabase();
        using var thread = new DatabaseThread("writer", options, maxWaiting: 4);
        using Connection root = Connection.Open(server.Administrator);
        ulong id = await thread.RunAsync(connection =>
        {
            connection.Execute("CREATE TABLE t (a INT PRIMARY KEY) ENGINE = InnoDB");
            connection.Begin();
            connection.Execute("INSERT INTO t VALUES (1)");
            return connection.ThreadId;
        }, Repetition.Forbidden, default);
        root.Execute($"KILL {id}");

        await Assert.ThrowsAsync<DatabaseException>(() => thread.RunAsync(Commit, Repetition.Forbidden, default));
        // The server takes the transaction back on its own time; the key is free when it has.
        long inserted = await thread.RunAsync(connection => connection.Execute("INSERT INTO t VALUES (1)"), Repetition.Forbidden, default);

        Assert.Equal(1, inserted);
    }

    [Fact]
    public async Task Thread_connects_again_and_repeats_only_what_may_be_repeated()
    {
        using var thread = new DatabaseThread("reader", server.NewDatabase(), maxWaiting: 4);
        using Connection root = Connection.Open(server.Administrator);
        ulong first = await thread.RunAsync(connection => connection.ThreadId, Repetition.Allowed, default);

        root.Execute($"KILL {first}");
        int tries = 0;
        ulong second = await thread.RunAsync(connection =>
        {
            tries++;
            connection.Execute("DO 1");
            return connection.ThreadId;
        }, Repetition.Allowed, default);
        root.Execute($"KILL {second}");
        var lost = await Assert.ThrowsAsync<DatabaseException>(
            () => thread.RunAsync(connection => connection.Execute("DO 1"), Repetition.Forbidden, default));
        ulong third = await thread.RunAsync(connection => connection.ThreadId, Repetition.Forbidden, default);

        Assert.Equal(2, tries);
        Assert.Equal(DatabaseFailure.ConnectionLost, lost.Failure);
        Assert.Equal(3, new HashSet<ulong> { first, second, third }.Count);
    }

    [Fact]
    public async Task Thread_finds_the_server_again_when_it_was_killed_and_started()
    {
        ConnectionOptions options = server.NewDatabase();
        using var thread = new DatabaseThread("reader", options, maxWaiting: 4);
        await thread.RunAsync(
            connection => connection.Execute("CREATE TABLE t (a INT PRIMARY KEY) ENGINE = InnoDB") + connection.Execute("INSERT INTO t VALUES (1)"),
            Repetition.Forbidden,
            default);

        await server.KillAsync();
        var away = await Assert.ThrowsAsync<DatabaseException>(() => thread.RunAsync(Count, Repetition.Allowed, default));
        await server.StartAsync();

        Assert.Equal(DatabaseFailure.Unreachable, away.Failure);
        Assert.Equal(1UL, await thread.RunAsync(Count, Repetition.Forbidden, default));
    }

    [Fact]
    public async Task Silent_server_is_given_up_after_the_read_time_out()
    {
        using var thread = new DatabaseThread("waiter", server.NewDatabase() with { ReadTimeout = TimeSpan.FromSeconds(1) }, maxWaiting: 4);

        var lost = await Assert.ThrowsAsync<DatabaseException>(
            () => thread.RunAsync(connection => connection.Execute("DO SLEEP(60)"), Repetition.Forbidden, default));

        Assert.Equal(DatabaseFailure.ConnectionLost, lost.Failure);
    }

    private static bool Commit(Connection connection)
    {
        connection.Commit();
        return true;
    }

    private static ulong Count(Connection connection)
    {
        var row = new ResultRow(ColumnType.Unsigned);
        using RowReader reader = connection.Prepare("SELECT COUNT(*) FROM t").Query(null, row);
        Assert.True(reader.Next());
        return row.Unsigned(0);
    }
}
