using System.Collections.Concurrent;
using Forewave.Protocol;
using Forewave.Storage.Conformance;
using Forewave.Storage.MySql.Connections;
using Forewave.Storage.MySql.Interop;
using Forewave.Storage.MySql.Moving;
using Forewave.Storage.MySql.Tests.Conformance;
using Forewave.Storage.MySql.Tests.Server;

namespace Forewave.Storage.MySql.Tests.Store;

/// <summary>What waits for many tables is moved by several connections at once, and promises the same as one.</summary>
[Collection(MariaDbGroup.Name)]
[Trait("Suite", "mysql")]
public sealed class MoveWorkersTests(MariaDbServer server)
{
    private const uint Held = 7;

    private const string SessionList = "SELECT GROUP_CONCAT(ID) FROM information_schema.PROCESSLIST WHERE USER = 'forewave'";

    private static readonly uint[] Queues = [.. Enumerable.Range(1, MoveWriter.TablesForAll + 36).Select(number => (uint)number)];

    private readonly SteppedClock _clock = new();
    private readonly ConcurrentQueue<string> _told = new();

    [Fact]
    public async Task Each_message_is_moved_once_and_in_order_by_several_connections()
    {
        await using var place = new DatabasePlace(server);
        await using OpenedStore open = await OpenAsync(place);
        using Connection root = Connection.Open(server.Administrator);
        await open.CommitAsync(MessageRuns.Published(1000, "before"));
        await Settled(open);
        long before = Sessions(root);

        LogPosition last = await CommitHeldUpAsync(open, place, root, "a", "b", "c");
        await Settled(open);

        Assert.Equal(MoveWriter.Workers - 1, Sessions(root) - before);
        AssertEachHas(root, place, "a|b|c");
        Assert.Equal((long)last.Bits, One(root, $"SELECT position FROM {place.Names.Queues}.MQ_FENCE WHERE role = 'mover'"));
        Assert.Equal([(1L, "a"), (2L, "b"), (3L, "c")], await open.ReadAllAsync(Queues[^1]));
    }

    [Fact]
    public async Task Table_that_is_held_among_many_holds_up_no_other()
    {
        await using var place = new DatabasePlace(server);
        await using OpenedStore open = await OpenAsync(place);
        using Connection root = Connection.Open(server.Administrator);
        await CommitHeldUpAsync(open, place, root, "a");
        await Settled(open);
        root.Execute($"LOCK TABLES {place.Names.Queues}.`#{Held}` READ");

        await open.CommitAsync([.. Queues.Select(queue => MessageRuns.Published(queue, "b"))]);
        await ((MySqlStore)open.Store).Mover.MovedAsync((2 * Queues.Length) - 1);
        root.Execute("UNLOCK TABLES");
        _clock.Move(TimeSpan.FromMinutes(1));
        await Settled(open);

        AssertEachHas(root, place, "a|b");
    }

    [Fact]
    public async Task Connections_that_are_killed_at_work_lose_and_double_nothing()
    {
        await using var place = new DatabasePlace(server);
        await using OpenedStore open = await OpenAsync(place);
        using Connection root = Connection.Open(server.Administrator);
        using Connection killer = Connection.Open(server.Administrator);
        string[] bodies = [.. Enumerable.Range(0, MoveWriter.Workers).Select(worker => $"{worker}")];
        await CommitHeldUpAsync(open, place, root, "x");
        await Settled(open);
        for (int worker = 0; worker < MoveWriter.Workers; worker++)
        {
            // The worker of this table waits for it, the others commit: then it is killed.
            uint held = Queues.Last(queue => queue % MoveWriter.Workers == worker);
            root.Begin();
            root.Execute($"""
                INSERT INTO {place.Names.Queues}.`#{held}`
                SELECT day, band, `offset` + 1, id + 1, type, publish_time, publisher, sequence, extra, content FROM {place.Names.Queues}.`#{held}`
                ORDER BY `offset` DESC LIMIT 1
                """);
            await CommitHeldUpAsync(open, place, killer, bodies[worker]);
            await KillWaitingAsync(killer);
            root.Rollback();
            _clock.Move(TimeSpan.FromMinutes(1));
            await Settled(open);
        }

        AssertEachHas(root, place, $"x|{string.Join('|', bodies)}");
    }

    [Fact]
    public async Task Connections_of_before_write_nothing_after_the_movers_own_was_lost()
    {
        await using var place = new DatabasePlace(server);
        await using OpenedStore open = await OpenAsync(place);
        using Connection root = Connection.Open(server.Administrator);
        await open.CommitAsync(MessageRuns.Published(1000, "before"));
        await Settled(open);
        string others = Text(root, SessionList);
        await CommitHeldUpAsync(open, place, root, "a");
        await Settled(open);
        string helpers = Text(root, $"SELECT GROUP_CONCAT(ID) FROM information_schema.PROCESSLIST WHERE USER = 'forewave' AND ID NOT IN ({others})");

        foreach (string session in others.Split(','))
        {
            root.Execute($"KILL {session}");
        }

        await CommitHeldUpAsync(open, place, root, "b");
        await Settled(open);

        Assert.Equal(MoveWriter.Workers - 1, helpers.Split(',').Length);
        Assert.Equal(0, One(root, $"SELECT COUNT(*) FROM information_schema.PROCESSLIST WHERE ID IN ({helpers})"));
        AssertEachHas(root, place, "a|b");
    }

    [Fact]
    public async Task Connections_that_have_had_nothing_to_do_for_a_minute_are_given_back()
    {
        await using var place = new DatabasePlace(server);
        await using OpenedStore open = await OpenAsync(place);
        using Connection root = Connection.Open(server.Administrator);
        await open.CommitAsync(MessageRuns.Published(1000, "before"));
        await Settled(open);
        long before = Sessions(root);
        await CommitHeldUpAsync(open, place, root, "a");
        await Settled(open);
        Assert.Equal(MoveWriter.Workers - 1, Sessions(root) - before);

        _clock.Move(TimeSpan.FromMinutes(2));
        await open.CommitAsync(MessageRuns.Published(1000, "after"));
        await Settled(open);

        // The server ends a session after its client has gone.
        while (Sessions(root) != before)
        {
            await Task.Delay(TimeSpan.FromMilliseconds(20), TimeProvider.System);
        }
    }

    [Fact]
    public async Task Server_without_connections_for_all_gets_everything_by_one()
    {
        await using var place = new DatabasePlace(server);
        await using OpenedStore open = await OpenAsync(place);
        using Connection root = Connection.Open(server.Administrator);
        List<Connection> held = [];
        try
        {
            await open.CommitAsync(MessageRuns.Published(1, "a"));
            await Settled(open);
            // 10 is the least that the server takes.
            root.Execute("SET GLOBAL max_connections = 10");
            while (TryConnect(held))
            {
            }

            await CommitHeldUpAsync(open, place, root, "b");
            await Settled(open);

            Assert.Contains(_told, text => text.Contains("Too many connections", StringComparison.OrdinalIgnoreCase));
            Assert.Equal("a|b", Content(root, place, 1));
            Assert.All(Queues.Skip(1), queue => Assert.Equal("b", Content(root, place, queue)));
        }
        finally
        {
            held.ForEach(connection => connection.Dispose());
            root.Execute("SET GLOBAL max_connections = DEFAULT");
        }
    }

    [Fact]
    public async Task Store_whose_partition_was_taken_moves_nothing_more()
    {
        await using var place = new DatabasePlace(server);
        await using OpenedStore first = await OpenAsync(place);
        using Connection root = Connection.Open(server.Administrator);
        await CommitHeldUpAsync(first, place, root, "a");
        await Settled(first);
        root.Begin();
        root.Execute($"UPDATE {place.Names.Queues}.MQ_FENCE SET epoch = epoch + 1 WHERE role = 'mover'");
        await first.CommitAsync([.. Queues.Select(queue => MessageRuns.Published(queue, "b"))]);

        root.Commit();
        StoreException ended = await first.Engine.Ended;

        Assert.Equal(ErrorCode.NotOwner, ended.Error);
        AssertEachHas(root, place, "a");
    }

    private Task<OpenedStore> OpenAsync(DatabasePlace place) => OpenedStore.OpenAsync(new ToldPlace(place, _told.Enqueue), _clock);

    // The mover stands before its fence meanwhile, so that everything waits at once. Returns the last position.
    private static async Task<LogPosition> CommitHeldUpAsync(OpenedStore open, DatabasePlace place, Connection root, params string[] bodies)
    {
        LogPosition last = default;
        root.Begin();
        root.Execute($"UPDATE {place.Names.Queues}.MQ_FENCE SET position = position WHERE role = 'mover'");
        foreach (string body in bodies)
        {
            LogPosition first = await open.CommitAsync([.. Queues.Select(queue => MessageRuns.Published(queue, body))]);
            last = first.Plus((ulong)Queues.Length - 1);
        }

        root.Rollback();
        return last;
    }

    private static void AssertEachHas(Connection root, DatabasePlace place, string contents) =>
        Assert.All(Queues, queue => Assert.Equal(contents, Content(root, place, queue)));

    private static string Content(Connection root, DatabasePlace place, uint queue) =>
        Text(root, $"SELECT GROUP_CONCAT(content ORDER BY `offset` SEPARATOR '|') FROM {place.Names.Queues}.`#{queue}`");

    private static long Sessions(Connection root) => One(root, "SELECT COUNT(*) FROM information_schema.PROCESSLIST WHERE USER = 'forewave'");

    // Returns when a session that waited for a row was killed. The server looks again only when nobody has asked for 100 ms; who gave up
    // waiting meanwhile is made to try again.
    private async Task KillWaitingAsync(Connection killer)
    {
        long waiting;
        while ((waiting = One(killer, "SELECT COALESCE(MIN(trx_mysql_thread_id), 0) FROM information_schema.INNODB_TRX WHERE trx_state = 'LOCK WAIT'")) == 0 || !TryKill(killer, waiting))
        {
            await Task.Delay(TimeSpan.FromMilliseconds(200), TimeProvider.System);
            _clock.Move(TimeSpan.FromMinutes(1));
        }
    }

    private static bool TryKill(Connection killer, long session)
    {
        try
        {
            killer.Execute($"KILL {session}");
            return true;
        }
        catch (DatabaseException gone) when (!gone.EndsConnection)
        {
            return false;
        }
    }

    private bool TryConnect(List<Connection> held)
    {
        try
        {
            held.Add(Connection.Open(server.Broker));
            return true;
        }
        catch (DatabaseException full) when (full.Failure == DatabaseFailure.TooManyConnections)
        {
            return false;
        }
    }

    private static long One(Connection connection, string sql)
    {
        var row = new ResultRow(ColumnType.Unsigned);
        using RowReader reader = connection.Prepare($"SELECT CAST(({sql}) AS UNSIGNED)").Query(null, row);
        return reader.Next() ? (long)row.Unsigned(0) : 0;
    }

    private static Task Settled(OpenedStore open) => ((MySqlStore)open.Store).Mover.SettledAsync();

    private static string Text(Connection connection, string sql)
    {
        var row = new ResultRow(ColumnType.Text);
        using RowReader reader = connection.Prepare(sql).Query(null, row);
        return reader.Next() ? row.Text(0) : "";
    }
}
