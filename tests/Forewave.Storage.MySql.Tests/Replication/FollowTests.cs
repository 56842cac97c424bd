using Forewave.Protocol;
using Forewave.Storage.MySql.Connections;
using Forewave.Storage.MySql.Interop;
using Forewave.Storage.MySql.Replication;
using Forewave.Storage.MySql.Tests.Server;

namespace Forewave.Storage.MySql.Tests.Replication;

/// <summary>A slave's database follows, and stops following.</summary>
[Collection(MariaDbPairGroup.Name)]
[Trait("Suite", "mysql")]
public sealed class FollowTests(MariaDbPair pair) : IAsyncLifetime
{
    private const int MasterLacksPosition = 1236;

    private readonly CancellationTokenSource _patience = new(TimeSpan.FromSeconds(20));

    private CancellationToken Patience => _patience.Token;

    public Task InitializeAsync() => pair.ResetAsync();

    public Task DisposeAsync()
    {
        _patience.Dispose();
        return Task.CompletedTask;
    }

    [Fact]
    public void Slave_says_what_it_received_and_applies_it_all_after_the_fence()
    {
        using Connection master = Connection.Open(pair.A.Administrator);
        using ReceiverRun run = Begun();
        using Connection slave = Connection.Open(pair.B.Administrator);
        master.Execute("CREATE DATABASE followed");
        master.Execute("CREATE TABLE followed.t (id INT PRIMARY KEY) ENGINE = InnoDB");
        new MasterDatabase(master).NeedSlave();
        Await(() => run.Database.Status().Applied.Covers(new MasterDatabase(master).Last()!.Value));
        AwaitTable(slave);
        slave.Execute("LOCK TABLES followed.t READ");

        master.TrackCommits();
        master.Execute("INSERT INTO followed.t VALUES (1)");
        Gtid committed = GtidList.Parse(master.CommittedGtid()!).All[0];
        Await(() => run.Database.Received().Covers(committed));
        ReplicationStatus behind = run.Database.Status();
        GtidList received = run.Fence();
        slave.Execute("UNLOCK TABLES");
        run.Database.ApplyAll(received, Patience);
        run.Database.Detach();

        Assert.True(behind.Received.Covers(committed), $"{behind}");
        Assert.False(behind.Applied.Covers(committed), $"{behind}");
        Assert.True(received.Covers(committed));
        Assert.Equal(1, slave.Execute("DELETE FROM followed.t"));
        Assert.Equal(ReplicationStatus.None.Receiver, run.Database.Status().Receiver);
        Assert.True(run.GoesOn());
    }

    [Fact]
    public void Applier_that_stands_still_is_started_before_the_fence_and_loses_nothing()
    {
        using Connection master = Connection.Open(pair.A.Administrator);
        using ReceiverRun run = Begun();
        using Connection slave = Connection.Open(pair.B.Administrator);
        slave.Execute("STOP SLAVE SQL_THREAD");
        master.Execute("CREATE DATABASE followed");
        Await(() => run.Database.Received().Covers(new MasterDatabase(master).Last()!.Value));

        GtidList received = run.Fence();
        run.Database.ApplyAll(received, Patience);
        run.Database.Detach();

        slave.Execute("DROP DATABASE followed");
        Assert.Equal("0-1-1", received.ToString());
    }

    [Fact]
    public void Applier_that_stopped_after_the_fence_is_not_started_since_that_wipes_what_was_received()
    {
        using Connection master = Connection.Open(pair.A.Administrator);
        using ReceiverRun run = Begun();
        using Connection slave = Connection.Open(pair.B.Administrator);
        slave.Execute("STOP SLAVE SQL_THREAD");
        master.Execute("CREATE DATABASE followed");
        Await(() => run.Database.Received().Covers(new MasterDatabase(master).Last()!.Value));
        GtidList received = run.Database.Received();
        slave.Execute("STOP SLAVE IO_THREAD");

        var broken = Assert.Throws<StoreException>(() => run.Database.ApplyAll(received, Patience));
        var refused = Assert.Throws<StoreException>(run.Database.Detach);
        // What it is kept from.
        slave.Execute("START SLAVE SQL_THREAD");
        GtidList after = run.Database.Received();

        Assert.Equal([ErrorCode.ReplicationBroken, ErrorCode.ReplicationBroken], [broken.Error, refused.Error]);
        Assert.True(after.IsEmpty, $"{after}");
    }

    [Fact]
    public void Applier_that_stopped_with_an_error_ends_the_takeover_with_its_words()
    {
        using Connection master = Connection.Open(pair.A.Administrator);
        using ReceiverRun run = Begun();
        using Connection slave = Connection.Open(pair.B.Administrator);
        master.Execute("CREATE DATABASE followed");
        master.Execute("CREATE TABLE followed.t (id INT PRIMARY KEY) ENGINE = InnoDB");
        Await(() => run.Database.Status().Applied.Covers(new MasterDatabase(master).Last()!.Value));
        AwaitTable(slave);
        slave.Execute("SET sql_log_bin = OFF");
        slave.Execute("INSERT INTO followed.t VALUES (1)");
        master.Execute("INSERT INTO followed.t VALUES (1)");
        Await(() => run.Database.Status().Applier.Error != 0);

        var broken = Assert.Throws<StoreException>(() => run.Fence());

        Assert.Equal(ErrorCode.ReplicationBroken, broken.Error);
        Assert.Contains("Duplicate entry", broken.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Run_is_over_when_the_receiver_was_started_again()
    {
        using ReceiverRun run = Begun();
        using Connection slave = Connection.Open(pair.B.Administrator);
        bool before = run.GoesOn();

        slave.Execute("STOP SLAVE IO_THREAD");
        slave.Execute("START SLAVE IO_THREAD");

        Assert.True(before);
        Assert.False(run.GoesOn());
        Assert.Equal(ErrorCode.ReplicationBroken, Assert.Throws<StoreException>(() => run.Fence()).Error);
    }

    [Fact]
    public void Run_is_over_when_a_receiver_starts_after_the_fence()
    {
        using ReceiverRun run = Begun();
        using Connection slave = Connection.Open(pair.B.Administrator);
        run.Fence();
        bool before = run.GoesOn();

        slave.Execute("START SLAVE IO_THREAD");

        Assert.True(before);
        Assert.False(run.GoesOn());
    }

    [Fact]
    public async Task Run_is_over_when_the_database_was_started_again()
    {
        using ReceiverRun run = Begun();
        using ReceiverRun fenced = Begun();
        fenced.Fence();

        await pair.B.KillAsync();
        await pair.B.StartAsync();

        Assert.False(fenced.GoesOn());
        using ReceiverRun next = Begun();
        Assert.True(next.GoesOn());
        Assert.NotEqual(run.Name, next.Name);
        Assert.Throws<StoreException>(() => run.Fence());
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void Former_master_follows_unless_it_has_a_tail(bool hasTail)
    {
        using Connection former = Connection.Open(pair.A.Administrator);
        using Connection next = Connection.Open(pair.B.Administrator);
        former.Execute("CREATE DATABASE followed");
        using (ReceiverRun run = Begun())
        {
            Await(() => run.Database.Received().Covers(new MasterDatabase(former).Last()!.Value));
            run.Database.ApplyAll(run.Fence(), Patience);
            run.Database.Detach();
            run.Database.TakeWrites();
        }

        if (hasTail)
        {
            former.Execute("CREATE DATABASE tail");
        }

        next.Execute("CREATE TABLE followed.one (id INT PRIMARY KEY) ENGINE = InnoDB");
        next.Execute("CREATE TABLE followed.two (id INT PRIMARY KEY) ENGINE = InnoDB");
        bool isCovered = new MasterDatabase(next).Has().Covers(new MasterDatabase(former).Written());

        Assert.Equal(!hasTail, isCovered);
        Assert.Equal(hasTail ? $"{MasterLacksPosition}" : "follows", OutcomeOfFollowing(new MasterDatabase(next).Last()!.Value));
    }

    // The refusal comes while the run begins, or a moment later.
    private string OutcomeOfFollowing(Gtid last)
    {
        try
        {
            using ReceiverRun back = ReceiverRun.Begin(MariaDbPair.Keeper(pair.A), MariaDbPair.Place(pair.B));
            Await(() => back.Database.Status() is var status && (status.Receiver.Error != 0 || status.Applied.Covers(last)));
            return back.Database.Status().Receiver.Error is var error and not 0 ? $"{error}" : "follows";
        }
        catch (StoreException refused) when (refused.Message.Contains($"error {MasterLacksPosition}", StringComparison.Ordinal))
        {
            return $"{MasterLacksPosition}";
        }
    }

    [Fact]
    public void Master_says_that_its_commits_wait_for_one_slave()
    {
        using Connection master = Connection.Open(MariaDbPair.Keeper(pair.A));
        using ReceiverRun run = Begun();
        var database = new MasterDatabase(master);
        database.NeedSlave();
        Await(() => database.Signs().Clients == 1);

        SemiSyncSigns needed = database.Signs();
        database.ReleaseSlave();

        Assert.True(needed.IsOn);
        Assert.False(database.Signs().IsOn);
    }

    private ReceiverRun Begun() => ReceiverRun.Begin(MariaDbPair.Keeper(pair.B), MariaDbPair.Place(pair.A));

    // What surely comes; a server that is stuck fails the test instead of holding it.
    // MariaDB notes DDL as applied before it does it.
    private void AwaitTable(Connection slave) => Await(() =>
    {
        try
        {
            slave.Execute("DO (SELECT COUNT(*) FROM followed.t)");
            return true;
        }
        catch (DatabaseException missing) when (missing.Failure == DatabaseFailure.SchemaDiffers)
        {
            return false;
        }
    });

    private void Await(Func<bool> condition) => Unheld.Do(() =>
    {
        Patience.ThrowIfCancellationRequested();
        return condition();
    });
}
