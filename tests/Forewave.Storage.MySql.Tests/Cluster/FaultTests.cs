using Forewave.Integration.Tests.Processes;
using Forewave.Storage.MySql.Interop;
using Forewave.Storage.MySql.Tests.Server;
using Xunit.Abstractions;

namespace Forewave.Storage.MySql.Tests.Cluster;

/// <summary>
/// Faults at every part of a broker group under load: what stands still and wakes after it was overtaken, ZooKeeper gone, one change of master
/// after the other. What was answered is there, once.
/// </summary>
[Collection(MariaDbPairGroup.Name)]
[Trait("Suite", "cluster")]
public sealed class FaultTests(MariaDbPair databases, ITestOutputHelper output) : IAsyncLifetime
{
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(1);

    public Task InitializeAsync() => databases.ResetAsync();

    public Task DisposeAsync() => Task.CompletedTask;

    [NightlyTheory]
    [InlineData("broker")]
    [InlineData("database")]
    public async Task Part_of_the_master_that_stood_still_wakes_after_the_takeover_and_nothing_is_lost(string frozen)
    {
        await using BrokerPair group = await BrokerPair.StartedAsync(databases);
        await using GroupLoad load = GroupLoad.Start(group);
        await load.MoreAsync(1_000);

        await (frozen == "broker" ? group.A.FreezeAsync() : databases.A.HaltAsync());
        await group.UntilMasterAsync("B");
        await load.MoreAsync(1_000);
        await (frozen == "broker" ? group.A.ThawAsync() : databases.A.GoOnAsync());
        await load.MoreAsync(1_000);

        output.WriteLine(await load.EndWholeAsync(group.B));
    }

    [NightlyFact]
    public async Task Loss_of_ZooKeeper_stops_nothing_and_the_slave_takes_over_after_it()
    {
        await using BrokerPair group = await BrokerPair.StartedAsync(databases);
        await using GroupLoad load = GroupLoad.Start(group);
        await load.MoreAsync(1_000);

        await group.KillZooKeeperAsync();
        await load.MoreAsync(5_000);
        await group.StartZooKeeperAsync();
        await group.UntilInSyncAsync("A");
        await group.A.KillAsync();
        await group.UntilMasterAsync("B");
        await load.MoreAsync(1_000);

        output.WriteLine(await load.EndWholeAsync(group.B));
    }

    [NightlyFact]
    public async Task Master_changes_several_times_in_a_row_and_nothing_is_lost()
    {
        int changes = Environment.GetEnvironmentVariable("FOREWAVE_NIGHTLY") == "1" ? 20 : 3;
        await using BrokerPair group = await BrokerPair.StartedAsync(databases);
        await using GroupLoad load = GroupLoad.Start(group);
        (ServerProcess Broker, string Name) master = (group.A, "A");
        (ServerProcess Broker, string Name) slave = (group.B, "B");
        for (int i = 0; i < changes; i++)
        {
            await load.MoreAsync(500);
            await master.Broker.KillAsync();
            await group.UntilMasterAsync(slave.Name);
            await master.Broker.StartAsync();
            await group.UntilInSyncAsync(slave.Name);
            (master, slave) = (slave, master);
        }

        await load.MoreAsync(500);

        output.WriteLine(await load.EndWholeAsync(master.Broker));
    }

    [NightlyFact]
    public async Task Slave_whose_settings_are_changed_leaves_inSync_and_comes_back_with_the_right_ones()
    {
        await using BrokerPair group = await BrokerPair.StartedAsync(databases);
        using Connection root = Connection.Open(databases.B.Administrator);

        root.Execute("SET GLOBAL slave_exec_mode = 'IDEMPOTENT'");
        await group.UntilAloneAsync();
        await group.UntilInSyncAsync("A");

        Assert.Equal("STRICT", root.ReadNamed("SELECT @@GLOBAL.slave_exec_mode AS mode")["mode"]);
        Assert.Contains("slave_exec_mode of the slave is IDEMPOTENT, must be STRICT", group.B.Log, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Master_that_hears_nobody_hands_nothing_out_and_goes_on_when_it_does()
    {
        await using BrokerPair group = await BrokerPair.StartedAsync(databases);
        await PublishAsync(group);
        await group.KillZooKeeperAsync();
        await databases.B.HaltAsync();
        await Watching.UntilAsync(() => group.A.Log.Contains("no messages are handed out", StringComparison.Ordinal), Patience, () => group.Log);

        ProgramResult nothing = await ConsumeAsync(group, "2s");
        await databases.B.GoOnAsync();
        ProgramResult handed = await ConsumeAsync(group, "20s");

        Assert.Equal("", nothing.Output);
        Assert.Equal("hello\n", handed.Output);
        Assert.Contains("Messages are handed out again.", group.A.Log, StringComparison.Ordinal);
    }

    private static async Task PublishAsync(BrokerPair group)
    {
        // The group is there, so that nothing of it has to be committed later.
        ProgramResult empty = await ProgramProcess.RunAsync("consume", "orders", "--group", "audit", "--wait", "100ms", "--server", group.A.Address).WaitAsync(Patience);
        ProgramResult published = await ProgramProcess.RunAsync("publish", "orders", "hello", "--server", group.A.Address).WaitAsync(Patience);
        Assert.Equal((0, 0), (empty.ExitCode, published.ExitCode));
    }

    private static Task<ProgramResult> ConsumeAsync(BrokerPair group, string wait) =>
        ProgramProcess.RunAsync("consume", "orders", "--group", "audit", "--max", "1", "--wait", wait, "--server", group.A.Address).WaitAsync(Patience);
}
