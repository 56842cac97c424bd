using System.Text.Json;
using Forewave.Integration.Tests.Processes;
using Forewave.Storage.MySql.Tests.Server;

namespace Forewave.Storage.MySql.Tests.Cluster;

/// <summary>What an operator does to a broker group: looks at it, and sets its record where no broker may.</summary>
[Collection(MariaDbPairGroup.Name)]
[Trait("Suite", "cluster")]
public sealed class RepairTests(MariaDbPair databases) : IAsyncLifetime
{
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(1);

    public Task InitializeAsync() => databases.ResetAsync();

    public Task DisposeAsync() => Task.CompletedTask;

    [Fact]
    public async Task Other_broker_becomes_master_by_hand_when_the_master_is_gone_for_good_and_not_before()
    {
        await using BrokerPair group = await BrokerPair.StartedAsync(databases);
        JsonElement whole = JsonDocument.Parse((await StatusAsync(group, "--json")).Output).RootElement[0];
        await PublishAsync(group, "both have it");
        ProgramResult inSync = await PromoteAsync(group);
        await databases.B.KillAsync();
        await group.UntilAloneAsync();
        await PublishAsync(group, "the master alone has it");

        await group.A.KillAsync();
        await databases.A.KillAsync();
        await group.UntilGoneAsync();
        await Task.WhenAll(databases.A.StartAsync(), databases.B.StartAsync());
        ProgramResult answers = await PromoteAsync(group);
        ProgramResult lost = await StatusAsync(group);
        await databases.A.KillAsync();
        ProgramResult unsaid = await ClusterAsync(group, "promote", "--accept-loss");
        ProgramResult promoted = await PromoteAsync(group);
        ProgramResult again = await PromoteAsync(group);
        await PublishAsync(group, "after it");
        ProgramResult consumed = await ProgramProcess.RunAsync("consume", "orders", "--group", "audit", "--max", "2", "--server", group.B.Address);

        Assert.Equal((0, 1, "A"), (whole.GetProperty("partition").GetInt32(), whole.GetProperty("record").GetProperty("epoch").GetInt32(), whole.GetProperty("record").GetProperty("master").GetString()));
        Assert.Equal(["A", "B"], whole.GetProperty("record").GetProperty("inSync").EnumerateArray().Select(member => member.GetString()));
        Assert.Equal(["master", "slave"], whole.GetProperty("brokers").EnumerateArray().Select(broker => broker.GetProperty("says").GetProperty("part").GetString()));
        Assert.All(whole.GetProperty("brokers").EnumerateArray(), broker => Assert.True(broker.GetProperty("says").GetProperty("database").GetProperty("peerAnswers").GetBoolean()));
        Assert.Contains("it is not gone", inSync.Errors, StringComparison.Ordinal);
        Assert.Contains("error 660", answers.Errors, StringComparison.Ordinal);
        Assert.Contains("stop its database's server first", answers.Errors, StringComparison.Ordinal);
        Assert.Matches("A +gone", lost.Output);
        Assert.Equal((1, 1, 1, 2, 0, 1), (inSync.ExitCode, answers.ExitCode, lost.ExitCode, unsaid.ExitCode, promoted.ExitCode, again.ExitCode));
        Assert.Matches("B +master", promoted.Output);
        Assert.Equal("both have it\nafter it\n", consumed.Output);
        Assert.Contains("was set by hand: promoted in place of A (epoch 1), its loss accepted, by ", group.B.Log, StringComparison.Ordinal);
    }

    [NightlyFact]
    public async Task Record_is_made_by_hand_for_databases_that_were_served_before()
    {
        await using (BrokerPair before = await BrokerPair.StartedAsync(databases))
        {
            await PublishAsync(before, "from before");
            // Both have it, or the next one of them could not tell.
            await before.A.TerminateAsync().WaitAsync(Patience);
            await before.UntilMasterAsync("B");
        }

        await using BrokerPair group = await BrokerPair.PreparedAsync(databases);
        await Task.WhenAll(group.A.StartAsync(), group.B.StartAsync());
        await Watching.UntilAsync(() => group.B.Log.Contains("'forewave cluster adopt'", StringComparison.Ordinal), Patience, () => group.Log);
        await Watching.UntilAsync(() => group.A.Log.Contains("'forewave cluster adopt'", StringComparison.Ordinal), Patience, () => group.Log);
        ProgramResult none = await StatusAsync(group);
        ProgramResult unknown = await ClusterAsync(group, "adopt", "--broker", "C", "--yes");
        ProgramResult behind = await ClusterAsync(group, "adopt", "--broker", "A", "--yes");
        ProgramResult adopted = await ClusterAsync(group, "adopt", "--broker", "B", "--yes");
        ProgramResult again = await ClusterAsync(group, "adopt", "--broker", "B", "--yes");
        await group.UntilInSyncAsync("B");
        ProgramResult consumed = await ProgramProcess.RunAsync("consume", "orders", "--group", "audit", "--max", "1", "--server", group.Addresses);

        Assert.Matches("0 +- +no record +A +waiting", none.Output);
        Assert.Contains("error 662", unknown.Errors, StringComparison.Ordinal);
        Assert.Contains("adopt the other broker, or accept the loss", behind.Errors, StringComparison.Ordinal);
        Assert.Contains("error 661", again.Errors, StringComparison.Ordinal);
        Assert.Equal((1, 1, 1, 0, 1), (none.ExitCode, unknown.ExitCode, behind.ExitCode, adopted.ExitCode, again.ExitCode));
        Assert.Equal("from before\n", consumed.Output);
        Assert.Contains("was set by hand: adopted: there was no record, by ", group.B.Log, StringComparison.Ordinal);
    }

    private static async Task PublishAsync(BrokerPair group, string body)
    {
        ProgramResult published = await ProgramProcess.RunAsync("publish", "orders", body, "--server", group.Addresses).WaitAsync(Patience);
        Assert.True(published.ExitCode == 0, $"{published}\n{group.Log}");
    }

    private static Task<ProgramResult> StatusAsync(BrokerPair group, params string[] options) => ClusterAsync(group, ["status", .. options]);

    private static Task<ProgramResult> PromoteAsync(BrokerPair group) => ClusterAsync(group, "promote", "--accept-loss", "--yes");

    private static Task<ProgramResult> ClusterAsync(BrokerPair group, params string[] arguments) =>
        ProgramProcess.RunAsync(["cluster", .. arguments, "--zookeeper", group.ZooKeeper]).WaitAsync(TimeSpan.FromMinutes(3));
}
