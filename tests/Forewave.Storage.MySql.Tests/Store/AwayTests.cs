using Forewave.Protocol;
using Forewave.Storage.Conformance;
using Forewave.Storage.MySql.Interop;
using Forewave.Storage.MySql.Reading;
using Forewave.Storage.MySql.Tests.Conformance;
using Forewave.Storage.MySql.Tests.Server;

namespace Forewave.Storage.MySql.Tests.Store;

[Collection(MariaDbGroup.Name)]
[Trait("Suite", "mysql")]
public sealed class AwayTests(MariaDbServer server)
{
    [Fact]
    public async Task Messages_are_refused_while_the_database_is_away_and_nothing_is_lost_or_doubled()
    {
        await using var place = new DatabasePlace(server);
        await using OpenedStore open = await OpenedStore.OpenAsync(place);
        await open.CommitAsync(MessageRuns.Published(1, "before"));
        var waiting = new CommitSignal();
        await server.KillAsync();

        open.Append(MessageRuns.Published(1, "waits") with { Owner = waiting });
        AppendOutcome outcome;
        int accepted = 0;
        while ((outcome = open.Store.TryAppend([MessageRuns.Published(1, $"{accepted}")], out _)) == AppendOutcome.Appended)
        {
            accepted++;
            await Task.Yield();
        }

        AppendOutcome settling = open.Store.TryAppend([MessageRuns.Other(RecordType.Settled, 1)], out _);
        ValueTask<StoredRuns> reading = open.Store.ReadAsync(1, Offset.First, 1_000, CancellationToken.None);
        var postponed = await Assert.ThrowsAsync<StoreException>(() => open.Store.CheckpointAsync(open.Engine, CancellationToken.None).AsTask());
        Assert.False(waiting.Told.IsCompleted);
        await server.StartAsync();
        await waiting.Told;
        await open.CommitAsync(MessageRuns.Other(RecordType.Settled, 2));

        Assert.Equal((AppendOutcome.Unreachable, AppendOutcome.Appended), (outcome, settling));
        Assert.Equal(ErrorCode.DatabaseUnreachable, postponed.Error);
        using StoredRuns read = await reading;
        Assert.Equal("before", MessageRuns.Bodies(read[0])[0].Body);
        string[] expected = ["before", "waits", .. Enumerable.Range(0, accepted).Select(i => $"{i}")];
        Assert.Equal(expected, (await open.ReadAllAsync(1)).Select(message => message.Body));
        await ((MySqlStore)open.Store).Mover.SettledAsync();
        Assert.Equal(expected, (await open.ReadAllAsync(1)).Select(message => message.Body));
    }

    [Fact]
    public async Task Store_whose_partition_was_taken_stops()
    {
        await using var place = new DatabasePlace(server);
        await using OpenedStore first = await OpenedStore.OpenAsync(place);
        await first.CommitAsync(MessageRuns.Published(1, "a"));
        var lost = new CommitSignal();

        await using OpenedStore second = await OpenedStore.OpenAsync(place);
        AppendOutcome outcome = first.Store.TryAppend([MessageRuns.Published(1, "b") with { Owner = lost }], out _);

        // Who moves the first message may have met the fence already: then nothing is appended, and nobody told.
        if (outcome == AppendOutcome.Appended)
        {
            await Assert.ThrowsAsync<StoreException>(() => lost.Told);
        }

        Assert.Equal(ErrorCode.NotOwner, (await first.Engine.Ended).Error);
        Assert.Equal([(1L, "a")], await second.ReadAllAsync(1));
    }

    [Fact]
    public async Task Store_that_was_recovered_and_never_started_is_disposed()
    {
        await using var place = new DatabasePlace(server);
        var store = new MySqlStore(place.Options, TimeProvider.System);
        await store.RecoverAsync(new SmallEngine(store), CancellationToken.None);

        await store.DisposeAsync();

        await using OpenedStore open = await OpenedStore.OpenAsync(place);
        Assert.Equal(new Epoch(2), open.Store.Epoch);
    }

    [Fact]
    public async Task Opening_without_a_server_says_so()
    {
        await using var place = new DatabasePlace(server);
        MySqlStoreOptions options = place.Options with { Connection = server.Broker with { Socket = null, Host = "127.0.0.1", Port = 1 } };
        await using var store = new MySqlStore(options, TimeProvider.System);

        var refused = await Assert.ThrowsAsync<StoreException>(() => store.RecoverAsync(new SmallEngine(store), CancellationToken.None).AsTask());

        Assert.Equal(ErrorCode.DatabaseUnreachable, refused.Error);
        Assert.DoesNotContain("secret", refused.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Messages_are_refused_while_too_many_wait_for_their_tables_and_consumers_go_on()
    {
        await using var place = new DatabasePlace(server);
        await using OpenedStore open = await OpenedStore.OpenAsync(new FewRunsPlace(place));
        Moving.Mover mover = ((MySqlStore)open.Store).Mover;
        await open.CommitAsync(MessageRuns.Published(1, "first"));
        await mover.SettledAsync();
        using Connection root = Connection.Open(server.Administrator);
        root.Begin();
        root.Execute($"UPDATE {place.Names.Queues}.MQ_FENCE SET position = position WHERE role = 'mover'");

        await open.CommitAsync([.. Enumerable.Range(0, FewRunsPlace.Runs).Select(i => MessageRuns.Published(1, $"{i}"))]);
        AppendOutcome publishing = open.Store.TryAppend([MessageRuns.Published(1, "refused")], out _);
        await open.CommitAsync(MessageRuns.Other(RecordType.Settled, 1));
        StoreUsage full = open.Store.Usage;
        root.Rollback();
        await mover.SettledAsync();
        await open.CommitAsync(MessageRuns.Published(1, "last"));

        Assert.Equal(AppendOutcome.DiskFull, publishing);
        Assert.Equal((true, FewRunsPlace.Runs), (full.DiskFull, full.UnmovedRuns));
        await mover.SettledAsync();
        Assert.Equal((false, 0L), (open.Store.Usage.DiskFull, open.Store.Usage.UnmovedRuns));
        Assert.Equal(FewRunsPlace.Runs + 2, (await open.ReadAllAsync(1)).Count);
    }

    private sealed class FewRunsPlace(DatabasePlace place) : IStorePlace
    {
        public const int Runs = 1_024;

        public IStore Open(TimeProvider time) => new MySqlStore(place.Options with { UnmovedRuns = Runs }, time);

        public ValueTask DisposeAsync() => ValueTask.CompletedTask;
    }

    [Fact]
    public async Task Readers_wait_for_a_locked_table_as_long_as_others_can_do_without_them()
    {
        await using var place = new DatabasePlace(server);
        using var readers = new DatabaseReaders(place.Options.Connection, place.Options, TimeProvider.System);
        using Connection other = Connection.Open(place.Options.Connection);

        ulong reading = await readers.ReadAsync(TableWait, CancellationToken.None);

        Assert.Equal((1UL, 10UL), (reading, TableWait(other)));
    }

    private static ulong TableWait(Connection connection)
    {
        var row = new ResultRow(ColumnType.Unsigned);
        using RowReader reader = connection.Prepare("SELECT @@lock_wait_timeout").Query(null, row);
        return reader.Next() ? row.Unsigned(0) : 0;
    }

    [Fact]
    public async Task Table_that_somebody_holds_holds_up_no_other_queue()
    {
        await using var place = new DatabasePlace(server);
        await using OpenedStore open = await OpenedStore.OpenAsync(place);
        Moving.Mover mover = ((MySqlStore)open.Store).Mover;
        await open.CommitAsync(MessageRuns.Published(1, "a"), MessageRuns.Published(2, "a"));
        await mover.SettledAsync();
        using Connection root = Connection.Open(server.Administrator);
        root.Execute($"LOCK TABLES {place.Names.Queues}.`#1` READ");

        await open.CommitAsync(MessageRuns.Published(1, "b"), MessageRuns.Published(2, "b"));
        await mover.MovedAsync(3);

        Assert.Equal([(1L, "a"), (2L, "b")], await open.ReadAllAsync(1));
        Assert.Equal([(1L, "a"), (2L, "b")], await open.ReadAllAsync(2));
        Assert.Equal(3, mover.Moved);
    }
}
