using Forewave.Protocol;
using Forewave.Storage.Conformance;
using Forewave.Storage.MySql.Connections;
using Forewave.Storage.MySql.Interop;
using Forewave.Storage.MySql.Log;
using Forewave.Storage.MySql.Replication;
using Forewave.Storage.MySql.Schema;
using Forewave.Storage.MySql.Tests.Server;
using Forewave.Storage.MySql.Tests.Store;

namespace Forewave.Storage.MySql.Tests.Replication;

/// <summary>
/// A slave takes over under load, at the level of the store: what the old master answered is there, once, and what it commits later is
/// answered to nobody. Two planted faults must be seen by the same check.
/// </summary>
[Collection(MariaDbPairGroup.Name)]
[Trait("Suite", "mysql")]
public sealed class TakeoverTests(MariaDbPair pair) : IAsyncLifetime
{
    private readonly SchemaNames _names = SchemaNames.Of("orders");

    public Task InitializeAsync() => pair.ResetAsync();

    public Task DisposeAsync() => Task.CompletedTask;

    [Theory]
    [InlineData("killed")]
    [InlineData("frozen")]
    [InlineData("cut off")]
    public async Task Slave_has_all_that_was_answered_once_when_the_masters_database_is(string state)
    {
        using ReceiverRun run = Begun();
        using var proof = new ReceivedProof(TimeProvider.System);
        proof.Need(MariaDbPair.Keeper(pair.B));
        OpenedStore old = await OpenedAsync(pair.A, proof);
        var load = new AppendLoad(old.Store);
        load.Start();
        await load.AnsweredMoreAsync(500);
        Durability durability = old.Store.CommitDurability;

        await BreakAsync(state);
        TakeOver(run);
        await using OpenedStore taken = await OpenedAsync(pair.B, null);
        await taken.CommitAsync(MessageRuns.Published(AppendLoad.Queue, "after"));
        CommitSignal? late = load.Append("late");
        if (state == "frozen")
        {
            await pair.A.GoOnAsync();
        }

        await load.StopAsync();
        await old.DisposeAsync();

        Assert.Equal(Durability.SlaveReceived, durability);
        Assert.True(late is null || late.Told.IsFaulted, "the old master answered");
        Assert.Empty(await LostOrDoubledAsync(taken, load));
    }

    [Fact]
    public async Task Message_is_lost_when_commits_are_answered_at_once_and_semi_sync_is_off()
    {
        using ReceiverRun run = Begun();
        OpenedStore old = await OpenedAsync(pair.A, null);
        var load = new AppendLoad(old.Store);
        using (Connection root = Connection.Open(pair.A.Administrator))
        {
            new MasterDatabase(root).ReleaseSlave();
        }

        GtidList received = run.Fence();
        load.Start();
        await load.AnsweredMoreAsync(100);
        await pair.A.KillAsync();
        TakeFenced(run, received);
        await using OpenedStore taken = await OpenedAsync(pair.B, null);
        await load.StopAsync();
        await old.DisposeAsync();

        Assert.NotEmpty(await LostOrDoubledAsync(taken, load));
    }

    [Fact]
    public async Task Message_is_lost_when_the_slave_applies_before_it_fences()
    {
        using ReceiverRun run = Begun();
        using var proof = new ReceivedProof(TimeProvider.System);
        proof.Need(MariaDbPair.Keeper(pair.B));
        OpenedStore old = await OpenedAsync(pair.A, proof);
        var load = new AppendLoad(old.Store);
        using Connection slow = Connection.Open(pair.B.Administrator);

        run.Database.ApplyAll(run.Database.Received(), CancellationToken.None);
        slow.Execute($"LOCK TABLES {_names.Log}.MQ_LOG READ");
        load.Start();
        await load.AnsweredMoreAsync(100);
        run.Fence();
        var refused = Assert.Throws<StoreException>(run.Database.Detach);
        // What it is kept from: to go on without what was received since.
        await pair.B.KillAsync();
        await pair.B.StartAsync();
        using (Connection root = Connection.Open(pair.B.Administrator))
        {
            root.Execute("RESET SLAVE ALL");
            new SlaveDatabase(root).TakeWrites();
        }

        await using OpenedStore taken = await OpenedAsync(pair.B, null);
        await load.StopAsync();
        await old.DisposeAsync();

        Assert.Equal(ErrorCode.ReplicationBroken, refused.Error);
        Assert.NotEmpty(await LostOrDoubledAsync(taken, load));
    }

    [Fact]
    public async Task Master_answers_alone_when_it_was_released_and_not_before()
    {
        using ReceiverRun run = Begun();
        using var proof = new ReceivedProof(TimeProvider.System);
        proof.Need(MariaDbPair.Keeper(pair.B));
        await using OpenedStore store = await OpenedAsync(pair.A, proof);
        using Connection root = Connection.Open(pair.A.Administrator);
        await pair.B.HaltAsync();
        try
        {
            CommitSignal waits = new AppendLoad(store.Store).Append("waits")!;
            Unheld.Do(() => Waits(root));
            // The server lets go of the commit: its OK alone answers nothing.
            new MasterDatabase(root).ReleaseSlave();
            Unheld.Do(() => proof.Waiting > TimeSpan.Zero);
            bool isEarly = waits.Told.IsCompleted;
            proof.Release();
            await waits.Told.WaitAsync(TimeSpan.FromSeconds(30));

            Assert.False(isEarly);
            Assert.Equal(Durability.MasterSynced, store.Store.CommitDurability);
        }
        finally
        {
            await pair.B.GoOnAsync();
        }
    }

    [Fact]
    public async Task Opening_is_not_done_when_the_slave_lacks_its_barrier()
    {
        using ReceiverRun run = Begun();
        run.Fence();
        using (Connection root = Connection.Open(pair.A.Administrator))
        {
            new MasterDatabase(root).ReleaseSlave();
        }

        using var proof = new ReceivedProof(TimeProvider.System);
        proof.Need(MariaDbPair.Keeper(pair.B));
        Task<OpenedStore> opening = OpenedStore.OpenAsync(new PairPlace(OptionsOf(pair.A, proof)));
        Unheld.Do(() => proof.Waiting > TimeSpan.Zero);
        bool isEarly = opening.IsCompleted;
        proof.Forbid(new StoreException(ErrorCode.NotOwner, "another broker is the master"));
        var refused = await Assert.ThrowsAsync<StoreException>(() => opening);

        Assert.False(isEarly);
        Assert.Equal(ErrorCode.NotOwner, refused.Error);
    }

    private ReceiverRun Begun()
    {
        ReceiverRun run = ReceiverRun.Begin(MariaDbPair.Keeper(pair.B), MariaDbPair.Place(pair.A));
        using Connection root = Connection.Open(pair.A.Administrator);
        new MasterDatabase(root).NeedSlave();
        return run;
    }

    // What a slave's broker does, without ZooKeeper's part.
    private static void TakeOver(ReceiverRun run) => TakeFenced(run, run.Fence());

    private static void TakeFenced(ReceiverRun run, GtidList received)
    {
        run.Database.ApplyAll(received, CancellationToken.None);
        run.Database.Detach();
        Assert.True(run.GoesOn());
        run.Database.TakeWrites();
    }

    private async Task BreakAsync(string state)
    {
        if (state == "killed")
        {
            await pair.A.KillAsync();
        }
        else if (state == "frozen")
        {
            await pair.A.HaltAsync();
        }
    }

    private async Task<OpenedStore> OpenedAsync(MariaDbServer server, ICommitProof? proof)
    {
        OpenedStore store = await OpenedStore.OpenAsync(new PairPlace(OptionsOf(server, proof)));
        if (server == pair.A)
        {
            await store.CommitAsync(StoreRecords.QueueChanged(AppendLoad.Queue, "orders"));
        }

        return store;
    }

    private MySqlStoreOptions OptionsOf(MariaDbServer server, ICommitProof? proof) => new()
    {
        Connection = server.Broker with { ReadTimeout = TimeSpan.FromSeconds(2), TableWait = TimeSpan.FromSeconds(1) },
        Names = _names,
        RecentMemoryBytes = 8 << 20,
        Proof = proof,
    };

    // Whether a commit waits for its slave.
    private static bool Waits(Connection root) =>
        root.ReadNamed("SELECT 1 AS waits FROM information_schema.PROCESSLIST WHERE STATE = 'Waiting for semi-sync ACK from slave' LIMIT 1").Count > 0;

    private static async Task<List<string>> LostOrDoubledAsync(OpenedStore taken, AppendLoad load)
    {
        Dictionary<string, int> found = (await taken.ReadAllAsync(AppendLoad.Queue)).GroupBy(one => one.Body).ToDictionary(same => same.Key, same => same.Count());
        return [.. load.Answered().Where(body => !found.ContainsKey(body)).Concat(found.Where(one => one.Value > 1).Select(one => one.Key))];
    }

    private sealed class PairPlace(MySqlStoreOptions options) : IStorePlace
    {
        public IStore Open(TimeProvider time) => new MySqlStore(options, time);

        public ValueTask DisposeAsync() => ValueTask.CompletedTask;
    }
}
