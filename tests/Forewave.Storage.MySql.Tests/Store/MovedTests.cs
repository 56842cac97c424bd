using Forewave.Protocol;
using Forewave.Storage.Conformance;
using Forewave.Storage.MySql.Interop;
using Forewave.Storage.MySql.Tests.Conformance;
using Forewave.Storage.MySql.Tests.Server;

namespace Forewave.Storage.MySql.Tests.Store;

[Collection(MariaDbGroup.Name)]
[Trait("Suite", "mysql")]
public sealed class MovedTests(MariaDbServer server)
{
    private const uint Lane = 0xF100_0001;
    private const uint Trace = 0xE000_0001;
    private const uint Trail = 0xD000_0001;
    private const uint DeadIndex = 77;
    private const uint HighBand = 0x8000_0001;

    [Fact]
    public async Task Messages_are_rows_of_their_queues_table_and_read_from_there()
    {
        await using var place = new DatabasePlace(server);
        await using (OpenedStore open = await OpenedStore.OpenAsync(place))
        {
            open.Append(StoreRecords.QueueChanged(1, "orders"));
            await open.CommitAsync(MessageRuns.Published(1, "a", "b", ""), MessageRuns.Published(HighBand, "urgent"), MessageRuns.Published(1, "d"));
            await Settled(open);
            await open.CommitAsync(MessageRuns.Other(RecordType.Settled, 1));
            await open.Store.CheckpointAsync(open.Engine, CancellationToken.None);
        }

        using Connection root = Connection.Open(server.Administrator);
        Assert.Equal("a|b||d", Text(root, $"SELECT GROUP_CONCAT(content ORDER BY `offset` SEPARATOR '|') FROM {place.Names.Queues}.`orders` WHERE band = 0"));
        Assert.Equal("urgent", Text(root, $"SELECT content FROM {place.Names.Queues}.`orders` WHERE band = 8"));
        Assert.Equal("orders", Text(root, $"SELECT name FROM {place.Names.Queues}.MQ_QUEUE WHERE number = 1"));
        root.Execute($"DELETE FROM {place.Names.Log}.MQ_LOG WHERE type = 1");

        await using OpenedStore again = await OpenedStore.OpenAsync(place);
        Assert.Equal([(1L, "a"), (2L, "b"), (3L, ""), (4L, "d")], await again.ReadAllAsync(1));
        Assert.Equal([(1L, "urgent")], await again.ReadAllAsync(HighBand));
    }

    [Fact]
    public async Task Every_kind_of_record_comes_back_from_its_table_as_it_was()
    {
        await using var place = new DatabasePlace(server);
        LogPosition first;
        RecordHeader[] written;
        await using (OpenedStore open = await OpenedStore.OpenAsync(place))
        {
            first = await open.CommitAsync(StoreRecords.Scheduled(Lane, "x", "y"));
            await open.CommitAsync(
                StoreRecords.Draft(RecordType.Rescheduled, Lane, [1, 2, 3]),
                StoreRecords.Draft(RecordType.DeadLettered, DeadIndex, [4, 5]),
                StoreRecords.Draft(RecordType.Traced, Trace, [6]),
                StoreRecords.Draft(RecordType.DeadOperated, Trail, [7, 8]),
                StoreRecords.Released(1, first, "x", "y"));
            await Settled(open);
            await open.CommitAsync(MessageRuns.Other(RecordType.Settled, 1));
            await open.Store.CheckpointAsync(open.Engine, CancellationToken.None);
            written = [.. open.Engine.Dispatched];
        }

        using Connection root = Connection.Open(server.Administrator);
        root.Execute($"DELETE FROM {place.Names.Log}.MQ_LOG WHERE type NOT IN ({(int)RecordType.Barrier}, {(int)RecordType.Settled})");
        await using OpenedStore again = await OpenedStore.OpenAsync(place);

        var read = new List<(RecordHeader Header, byte[] Payload)>();
        foreach (uint index in new[] { Lane, DeadIndex, Trace, Trail, 1U })
        {
            using StoredRuns runs = await again.Store.ReadAsync(index, Offset.First, 1_000, CancellationToken.None);
            read.AddRange(Enumerable.Range(0, runs.Count).Select(i => (runs[i].Header, runs[i].Messages.ToArray())));
        }

        Assert.Equal(written, read.Select(run => run.Header));
        Assert.Equal([[1, 2, 3], [4, 5], [6], [7, 8]], read.Skip(1).Take(4).Select(run => run.Payload));
    }

    [Fact]
    public async Task Trail_of_a_queue_stands_in_a_table_of_its_own_and_goes_by_days()
    {
        await using var place = new DatabasePlace(server);
        var clock = new MovedClock();
        await using OpenedStore open = await OpenedStore.OpenAsync(place, clock);
        await open.CommitAsync(StoreRecords.QueueChanged(1, "orders"), StoreRecords.Draft(RecordType.DeadOperated, Trail, [7]));
        await Settled(open);
        using Connection root = Connection.Open(server.Administrator);
        string tables = Text(root, $"SELECT CAST(COUNT(*) AS CHAR) FROM information_schema.TABLES WHERE TABLE_SCHEMA = '{place.Names.Queues}' AND TABLE_NAME = 'orders'");
        clock.Now = clock.Now.Plus(TimeSpan.FromDays(1));
        await open.CommitAsync(MessageRuns.Published(1, "a"), StoreRecords.Draft(RecordType.DeadOperated, Trail, [8]));
        await Settled(open);
        string trail = $"SELECT GROUP_CONCAT(CONCAT(trail_index, ' ', place, ' ', HEX(content)) ORDER BY place SEPARATOR '|') FROM {place.Names.Queues}.MQ_TRAIL";
        string both = Text(root, trail);

        open.Store.Expire(Trail, new Offset(2));
        await open.Store.CheckpointAsync(open.Engine, CancellationToken.None);
        await Reclaimed(open);

        Assert.Equal("0", tables);
        Assert.Equal($"{Trail} 1 07|{Trail} 2 08", both);
        Assert.Equal($"{Trail} 2 08", Text(root, trail));
        Assert.Equal("a", Text(root, $"SELECT GROUP_CONCAT(content) FROM {place.Names.Queues}.`orders`"));
        Assert.Equal([(1L, "a")], await open.ReadAllAsync(1));
    }

    [Fact]
    public async Task Released_message_is_found_by_the_id_of_its_publish()
    {
        await using var place = new DatabasePlace(server);
        await using OpenedStore open = await OpenedStore.OpenAsync(place);
        LogPosition first = await open.CommitAsync(StoreRecords.Scheduled(Lane, "x", "y"));
        RecordHeader waiting = await Find(open, first.Plus(1), Offset.BeforeFirst, "y");
        await Settled(open);
        Assert.Equal(RecordType.Scheduled, (await Find(open, first.Plus(1), Offset.BeforeFirst, "y")).Type);

        await open.CommitAsync(StoreRecords.Released(1, first, "x", "y"));
        RecordHeader released = await Find(open, first.Plus(1), new Offset(2), "y");
        await Settled(open);

        Assert.Equal(RecordType.Scheduled, waiting.Type);
        Assert.Equal(released, await Find(open, first.Plus(1), new Offset(2), "y"));
        Assert.Equal((RecordType.Released, first.Plus(1).Bits), (released.Type, released.Sequence));
    }

    [Fact]
    public async Task Queue_made_anew_gets_the_table_of_its_name_when_the_old_one_is_gone()
    {
        await using var place = new DatabasePlace(server);
        await using OpenedStore open = await OpenedStore.OpenAsync(place);
        await open.CommitAsync(StoreRecords.QueueChanged(1, "orders"), MessageRuns.Published(1, "old"));
        await Settled(open);

        await open.CommitAsync(StoreRecords.QueueChanged(1, "orders", isDeleted: true), StoreRecords.QueueChanged(2, "orders"));
        open.Store.Expire(1, open.Store.Extent(1).End.Next);
        await open.CommitAsync(MessageRuns.Published(2, "new"));
        await open.Store.CheckpointAsync(open.Engine, CancellationToken.None);
        await open.Store.ReclaimAsync(CancellationToken.None);
        await Settled(open);

        using Connection root = Connection.Open(server.Administrator);
        Assert.Equal("new", Text(root, $"SELECT GROUP_CONCAT(content) FROM {place.Names.Queues}.`orders`"));
        Assert.Equal([(1L, "new")], await open.ReadAllAsync(2));
        Assert.Equal("2", Text(root, $"SELECT GROUP_CONCAT(CAST(number AS CHAR)) FROM {place.Names.Queues}.MQ_QUEUE"));
    }

    [Fact]
    public async Task Day_slice_is_dropped_when_a_checkpoint_needs_none_of_it()
    {
        await using var place = new DatabasePlace(server);
        var clock = new MovedClock();
        await using OpenedStore open = await OpenedStore.OpenAsync(place, clock);
        await open.CommitAsync(MessageRuns.Published(1, "a", "b"));
        await Settled(open);
        clock.Now = clock.Now.Plus(TimeSpan.FromDays(8));
        await open.CommitAsync(MessageRuns.Published(1, "c"));
        await Settled(open);
        using Connection root = Connection.Open(server.Administrator);
        string slices = $"SELECT CAST(COUNT(*) AS CHAR) FROM information_schema.PARTITIONS WHERE TABLE_SCHEMA = '{place.Names.Queues}' AND TABLE_NAME = '#1'";
        Assert.Equal("2", Text(root, slices));

        open.Store.Expire(1, new Offset(3));
        await Reclaimed(open);
        string before = Text(root, slices);
        await open.Store.CheckpointAsync(open.Engine, CancellationToken.None);
        await Reclaimed(open);

        Assert.Equal(("2", "1"), (before, Text(root, slices)));
        Assert.Equal([(3L, "c")], await open.ReadAllAsync(1));
    }

    private static async Task Reclaimed(OpenedStore open)
    {
        await open.Store.ReclaimAsync(CancellationToken.None);
        await Settled(open);
    }

    private static Task Settled(OpenedStore open) => ((MySqlStore)open.Store).Mover.SettledAsync();

    private static async Task<RecordHeader> Find(OpenedStore open, LogPosition position, Offset offset, string body)
    {
        using StoredRuns? found = await open.Store.ReadMessageAsync(position, CancellationToken.None);
        Assert.NotNull(found);
        Assert.Equal(offset, found[0].First);
        Assert.Equal(body, MessageRuns.Bodies(found[0])[0].Body);
        return found[0].Header;
    }

    private static string Text(Connection connection, string sql)
    {
        var row = new ResultRow(ColumnType.Text);
        using RowReader reader = connection.Prepare(sql).Query(null, row);
        return reader.Next() ? row.Text(0) : "";
    }
}
