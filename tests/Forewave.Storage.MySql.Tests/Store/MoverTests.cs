using System.Collections.Concurrent;
using System.Globalization;
using Forewave.Protocol;
using Forewave.Storage.Conformance;
using Forewave.Storage.MySql.Interop;
using Forewave.Storage.MySql.Log;
using Forewave.Storage.MySql.Tests.Conformance;
using Forewave.Storage.MySql.Tests.Server;

namespace Forewave.Storage.MySql.Tests.Store;

[Collection(MariaDbGroup.Name)]
[Trait("Suite", "mysql")]
public sealed class MoverTests(MariaDbServer server)
{
    private const uint Lane = 0xF100_0001;

    private readonly SteppedClock _clock = new();

    [Fact]
    public async Task Lane_that_is_used_again_waits_until_the_rows_of_its_life_before_are_gone()
    {
        await using var place = new DatabasePlace(server);
        var told = new TaskCompletionSource();
        await using OpenedStore open = await OpenedStore.OpenAsync(new ToldPlace(place, _ => told.TrySetResult()), _clock);
        await open.CommitAsync(StoreRecords.Scheduled(Lane, "x", "y"));
        await Settled(open);
        open.Store.Expire(Lane, open.Store.Extent(Lane).End.Next);

        await open.CommitAsync(StoreRecords.Scheduled(Lane, "new"));
        await told.Task;
        using Connection root = Connection.Open(server.Administrator);
        string before = Pending(root, place);
        await open.Store.CheckpointAsync(open.Engine, CancellationToken.None);
        await open.Store.ReclaimAsync(CancellationToken.None);
        _clock.Move(TimeSpan.FromMinutes(1));
        await Settled(open);

        Assert.Equal("x|y", before);
        Assert.Equal("new", Pending(root, place));
        Assert.Equal([(1L, "new")], await open.ReadAllAsync(Lane));
    }

    [Fact]
    public async Task Lane_that_is_used_again_is_not_taken_for_its_life_before_after_a_restart()
    {
        await using var place = new DatabasePlace(server);
        await using (OpenedStore open = await OpenedStore.OpenAsync(place, _clock))
        {
            await open.CommitAsync(StoreRecords.Scheduled(Lane, "x", "y"));
            await Settled(open);
            open.Store.Expire(Lane, open.Store.Extent(Lane).End.Next);
            await open.CommitAsync(StoreRecords.Scheduled(Lane, "new"));
            await open.Store.CheckpointAsync(open.Engine, CancellationToken.None);
        }

        using Connection root = Connection.Open(server.Administrator);
        string before = Pending(root, place);
        await using OpenedStore again = await OpenedStore.OpenAsync(place, _clock);
        await Settled(again);
        await again.CommitAsync(StoreRecords.Scheduled(Lane, "newer"));
        await Settled(again);

        Assert.Equal("x|y", before);
        Assert.Equal("new|newer", Pending(root, place));
        Assert.Equal([(1L, "new"), (2L, "newer")], await again.ReadAllAsync(Lane));
    }

    [Fact]
    public async Task What_an_earlier_life_left_goes_at_the_next_opening_and_what_cannot_go_holds_up_nobody()
    {
        await using var place = new DatabasePlace(server);
        await (await OpenedStore.OpenAsync(place, _clock)).DisposeAsync();
        string queues = place.Names.Queues;
        using Connection root = Connection.Open(server.Administrator);
        root.Execute($"INSERT INTO {queues}.MQ_QUEUE VALUES (98, 'stuck', '2026-01-01'), (99, 'stray', '2026-01-01')");
        root.Execute($"CREATE TABLE {queues}.stuck (id INT PRIMARY KEY)");
        root.Execute($"CREATE TABLE {queues}.elsewhere (id INT PRIMARY KEY, FOREIGN KEY (id) REFERENCES stuck (id))");
        root.Execute($"CREATE TABLE {queues}.stray (id INT PRIMARY KEY)");
        root.Execute($"INSERT INTO {queues}.MQ_DAY VALUES (99, 0, 20260101, 1, 1), (99, 3, 20260102, 5, 1), (77, 14, 20260101, 1, 1)");

        await using OpenedStore open = await OpenedStore.OpenAsync(place, _clock);
        await open.CommitAsync(MessageRuns.Published(1, "a"));
        await Settled(open);

        Assert.Equal("#1|stuck", Text(root, $"SELECT GROUP_CONCAT(name ORDER BY name SEPARATOR '|') FROM {queues}.MQ_QUEUE"));
        Assert.Equal("1", Text(root, $"SELECT GROUP_CONCAT(CAST(queue AS CHAR)) FROM {queues}.MQ_DAY"));
        Assert.Equal("a", Text(root, $"SELECT GROUP_CONCAT(content) FROM {queues}.`#1`"));
    }

    [Fact]
    public async Task Table_that_somebody_dropped_keeps_no_days_of_the_others()
    {
        await using var place = new DatabasePlace(server);
        await using OpenedStore open = await OpenedStore.OpenAsync(place, _clock);
        uint[] queues = [1, 2, 3];
        await open.CommitAsync([.. queues.Select(queue => MessageRuns.Published(queue, "a"))]);
        await Settled(open);
        _clock.Move(TimeSpan.FromDays(8));
        await open.CommitAsync([.. queues.Select(queue => MessageRuns.Published(queue, "b"))]);
        await Settled(open);
        using Connection root = Connection.Open(server.Administrator);
        root.Execute($"DROP TABLE {place.Names.Queues}.`#2`");

        Array.ForEach(queues, queue => open.Store.Expire(queue, new Offset(2)));
        await open.Store.CheckpointAsync(open.Engine, CancellationToken.None);
        // The server's own purge holds a table for a moment: then another turn drops its day.
        for (int turn = 0; turn < 100 && (Slices(root, place, "#1"), Slices(root, place, "#3")) != ("1", "1"); turn++)
        {
            await open.Store.ReclaimAsync(CancellationToken.None);
            await Settled(open);
        }

        Assert.Equal(("1", "1"), (Slices(root, place, "#1"), Slices(root, place, "#3")));
        await open.CommitAsync(MessageRuns.Published(1, "c"), MessageRuns.Published(3, "c"));
        await Settled(open);
        Assert.Equal([(2L, "b"), (3L, "c")], await open.ReadAllAsync(3));
    }

    [Fact]
    public async Task Fence_that_is_held_for_a_while_puts_no_table_off()
    {
        await using var place = new DatabasePlace(server);
        var told = new TaskCompletionSource();
        await using OpenedStore open = await OpenedStore.OpenAsync(new ToldPlace(place, _ => told.TrySetResult()), _clock);
        await open.CommitAsync(MessageRuns.Published(1, "a"));
        await Settled(open);
        _clock.Stop();
        using Connection root = Connection.Open(server.Administrator);
        root.Begin();
        root.Execute($"UPDATE {place.Names.Queues}.MQ_FENCE SET position = position WHERE role = 'mover'");

        await open.CommitAsync(MessageRuns.Published(1, "b"));
        await told.Task;
        root.Rollback();
        // The clock stands: a table that is put off would be so for good.
        await Settled(open);

        Assert.Equal("a|b", Text(root, $"SELECT GROUP_CONCAT(content ORDER BY `offset` SEPARATOR '|') FROM {place.Names.Queues}.`#1`"));
    }

    [Fact]
    public async Task Messages_that_memory_has_no_more_are_moved_from_the_log_in_their_order()
    {
        await using var place = new DatabasePlace(server);
        await using OpenedStore open = await OpenedStore.OpenAsync(place, _clock);
        using Connection root = Connection.Open(server.Administrator);
        root.Begin();
        root.Execute($"UPDATE {place.Names.Queues}.MQ_FENCE SET position = position WHERE role = 'mover'");
        string[] bodies = [.. Enumerable.Range(0, LogTable.MostAtOnce * 5 / 2).Select(i => $"{i} ".PadRight(60_000, 'x'))];
        foreach (string body in bodies)
        {
            await open.CommitAsync(MessageRuns.Published(1, body));
        }

        root.Rollback();
        await Settled(open);

        Assert.True(bodies.Sum(body => body.Length) > 2 * place.Options.RecentMemoryBytes);
        Assert.Equal(bodies.Select((body, i) => (i + 1L, body)), await open.ReadAllAsync(1));
    }

    [Fact]
    public async Task Messages_that_are_gone_before_they_are_moved_are_counted_and_told_with_their_places()
    {
        await using var place = new DatabasePlace(server);
        var told = new ConcurrentQueue<string>();
        await using OpenedStore open = await OpenedStore.OpenAsync(new ToldPlace(place, told.Enqueue), _clock);
        using Connection root = Connection.Open(server.Administrator);
        root.Begin();
        root.Execute($"UPDATE {place.Names.Queues}.MQ_FENCE SET position = position WHERE role = 'mover'");
        var positions = new List<LogPosition>();
        for (int i = 0; i < LogTable.MostAtOnce * 5 / 2; i++)
        {
            positions.Add(await open.CommitAsync(MessageRuns.Published(1, $"{i} a".PadRight(30_000, 'x'), $"{i} b".PadRight(30_000, 'x'))));
        }

        LogPosition[] gone = [positions[0], positions[7], positions[LogTable.MostAtOnce - 1]];
        using Connection vandal = Connection.Open(server.Administrator);
        vandal.Execute($"DELETE FROM {place.Names.Log}.MQ_LOG WHERE log_id IN ({string.Join(", ", gone.Select(position => position.Bits))})");
        root.Rollback();
        await Settled(open);

        Assert.Equal(6, open.Store.Usage.MissingMessages);
        // A line for each transaction that passes over some: the mover may have begun with the first of them alone.
        string lines = string.Join('\n', told.Where(text => text.Contains("MQ_LOG", StringComparison.Ordinal)));
        Assert.Contains($"log position {gone[1]} ({place.Names.Queues}.`#1`, offsets 15 to 16)", lines, StringComparison.Ordinal);
        Assert.All(gone, position => Assert.Contains($"{position}", lines, StringComparison.Ordinal));
        Assert.Equal($"{(positions.Count - 3) * 2}", Text(root, $"SELECT CAST(COUNT(*) AS CHAR) FROM {place.Names.Queues}.`#1`"));
        using StoredRuns read = await open.Store.ReadAsync(1, new Offset(15), 1, CancellationToken.None);
        Assert.True(read[0].Damaged);
    }

    [Fact]
    public async Task Database_keeps_the_partition_that_it_was_made_with()
    {
        await using var place = new DatabasePlace(server);
        await using (MySqlStore first = new(place.Options with { Partition = new PartitionNumber(7) }, _clock))
            await first.RecoverAsync(new SmallEngine(first), CancellationToken.None);
        await using MySqlStore other = new(place.Options, _clock);

        var refused = await Assert.ThrowsAsync<StoreException>(async () => await other.RecoverAsync(new SmallEngine(other), CancellationToken.None));

        Assert.Equal(ErrorCode.DatabaseUnusable, refused.Error);
        Assert.Contains("belong to partition 7", refused.Message, StringComparison.Ordinal);
    }

    private static string Pending(Connection root, DatabasePlace place) =>
        Text(root, string.Create(CultureInfo.InvariantCulture, $"SELECT GROUP_CONCAT(content ORDER BY place SEPARATOR '|') FROM {place.Names.Queues}.MQ_PENDING WHERE lane = {Lane}"));

    private static string Slices(Connection root, DatabasePlace place, string table) =>
        Text(root, $"SELECT CAST(COUNT(*) AS CHAR) FROM information_schema.PARTITIONS WHERE TABLE_SCHEMA = '{place.Names.Queues}' AND TABLE_NAME = '{table}'");

    private static Task Settled(OpenedStore open) => ((MySqlStore)open.Store).Mover.SettledAsync();

    private static string Text(Connection connection, string sql)
    {
        var row = new ResultRow(ColumnType.Text);
        using RowReader reader = connection.Prepare(sql).Query(null, row);
        return reader.Next() ? row.Text(0) : "";
    }
}
