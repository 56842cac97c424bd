using System.Text.Json;
using Forewave.Integration.Tests.Processes;
using Forewave.Storage.MySql.Tests.Server;

namespace Forewave.Storage.MySql.Tests.Cluster;

/// <summary>What docs/guides/cluster.md tells to type, typed.</summary>
// With the other tests that start databases, so that they do not run beside each other.
[Collection(MariaDbPairGroup.Name)]
[Trait("Suite", "cluster")]
public sealed class LocalClusterTests
{
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(1);

    [Fact]
    public async Task Local_cluster_loses_nothing_when_its_master_is_killed_under_load()
    {
        await using LocalCluster cluster = await LocalCluster.StartedAsync();
        string record = cluster.PathOf("record");
        await using ProgramProcess load = ProgramProcess.Start(
            "bench", "publish", "--server", cluster.Servers, "--queue", "orders", "--messages", "1000000000", "--size", "200",
            "--in-flight", "500", "--rate", "1400", "--record", record);
        await MoreAsync(record, load, cluster);

        string killed = await cluster.DoAsync("kill", "master-0");
        await MoreAsync(record, load, cluster);
        string returned = await cluster.DoAsync("start", "master-0");
        await load.InterruptAsync().WaitAsync(Patience);
        ProgramResult verified = await ProgramProcess.RunAsync(
            "bench", "verify", "--server", cluster.Servers, "--queue", "orders", "--group", "audit", "--record", record, "--json").WaitAsync(Patience);
        string status = await cluster.DoAsync("status");
        string again = await cluster.DoAsync("up");
        ProgramResult shape = await cluster.TryAsync("up", "--zookeepers", "3");
        ProgramResult role = await cluster.TryAsync("kill", "master-1");
        ProgramResult verb = await cluster.TryAsync("upp");

        JsonElement report = JsonDocument.Parse(verified.Output).RootElement;
        Assert.Equal(0, verified.ExitCode);
        Assert.Equal((0, 0), (report.GetProperty("lost").GetInt64(), report.GetProperty("duplicates").GetInt64()));
        Assert.InRange(report.GetProperty("messages").GetInt64(), File.ReadLines(record).LongCount(), long.MaxValue);
        Assert.StartsWith("broker-0a, process ", killed, StringComparison.Ordinal);
        Assert.StartsWith("broker-0a, process ", returned, StringComparison.Ordinal);
        Assert.Matches("broker-0b +[0-9]+ +master", status);
        Assert.Matches("broker-0a +[0-9]+ +slave", again);
        Assert.Equal((1, 1, 2), (shape.ExitCode, role.ExitCode, verb.ExitCode));
        Assert.Contains("'down --remove' first", shape.Errors, StringComparison.Ordinal);
        Assert.Equal("local-cluster: there is no group 1: there are 1", role.Errors.Trim());
    }

    [NightlyFact]
    public async Task Three_ZooKeepers_lose_one_and_then_all_and_the_group_goes_on()
    {
        await using LocalCluster cluster = await LocalCluster.StartedAsync("--zookeepers", "3");
        string record = cluster.PathOf("record");
        await using ProgramProcess load = ProgramProcess.Start(
            "bench", "publish", "--server", cluster.Servers, "--queue", "orders", "--messages", "1000000000", "--size", "200",
            "--in-flight", "500", "--rate", "1400", "--record", record);
        await MoreAsync(record, load, cluster);

        await cluster.DoAsync("kill", "zookeeper-1");
        await MoreAsync(record, load, cluster);
        await cluster.DoAsync("kill", "master-0");
        await MoreAsync(record, load, cluster);
        await cluster.DoAsync("start", "master-0");
        await cluster.DoAsync("kill", "zookeeper-2");
        await cluster.DoAsync("kill", "zookeeper-3");
        await MoreAsync(record, load, cluster);
        await cluster.DoAsync("up");
        await cluster.DoAsync("kill", "master-0");
        await MoreAsync(record, load, cluster);
        await load.InterruptAsync().WaitAsync(Patience);
        ProgramResult verified = await ProgramProcess.RunAsync(
            "bench", "verify", "--server", cluster.Servers, "--queue", "orders", "--group", "audit", "--record", record, "--json").WaitAsync(Patience);

        Assert.True(verified.ExitCode == 0, $"{verified}\n{await cluster.LogsAsync()}");
    }

    private static async Task MoreAsync(string record, ProgramProcess load, LocalCluster cluster)
    {
        const int bytes = 1_000 * 60;
        long target = Watching.LengthOf(record) + bytes;
        await Watching.UntilAsync(() => Watching.LengthOf(record) >= target || load.HasEnded, Patience, () => load.Errors);
        if (load.HasEnded)
            Assert.Fail($"the load ended: {load.Errors}\n{await cluster.LogsAsync()}");
    }
}
