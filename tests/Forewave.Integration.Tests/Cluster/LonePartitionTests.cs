using System.Net;
using Forewave.Integration.Tests.Processes;

namespace Forewave.Integration.Tests.Cluster;

/// <summary>A broker on files serves a partition of a cluster without a slave.</summary>
[Trait("Suite", "cluster")]
public sealed class LonePartitionTests
{
    [Fact]
    public async Task Broker_serves_its_partition_under_rising_epochs_and_ids_carry_it()
    {
        await using FilesCluster cluster = await FilesCluster.StartedAsync(0);
        await using ServerProcess broker = cluster.BrokerOf(1, "b1");
        await cluster.StartAsync(broker);

        ProgramResult first = await ProgramProcess.RunAsync("publish", "orders", "one", "--server", broker.Address);
        await broker.KillAsync();
        await cluster.StartAsync(broker);
        ProgramResult second = await ProgramProcess.RunAsync("publish", "orders", "two", "--server", broker.Address);
        ProgramResult both = await ProgramProcess.RunAsync("consume", "orders", "--group", "g", "--max", "2", "--server", broker.Address);

        Assert.StartsWith("1-00001", first.Output, StringComparison.Ordinal);
        Assert.StartsWith("1-00002", second.Output, StringComparison.Ordinal);
        Assert.Equal("one\ntwo\n", both.Output);
    }

    [Fact]
    public async Task Another_broker_does_not_get_the_partition_and_says_whose_it_is()
    {
        await using FilesCluster cluster = await FilesCluster.StartedAsync(1);
        await using ServerProcess other = cluster.BrokerOf(0, "other");
        await other.StartAsync();

        await FilesCluster.UntilReadyAsync(other, HttpStatusCode.ServiceUnavailable, $"the master is b0 at {cluster.Brokers[0].Address}");
        ProgramResult led = await ProgramProcess.RunAsync("publish", "orders", "one", "--server", other.Address);
        ProgramResult consumed = await ProgramProcess.RunAsync("consume", "orders", "--group", "g", "--max", "1", "--server", cluster.Brokers[0].Address);

        // Its refusal tells clients the way.
        Assert.True(led.ExitCode == 0, $"{led}");
        Assert.Equal("one\n", consumed.Output);
    }

    [Fact]
    public async Task Folder_that_was_served_alone_joins_as_its_partition_and_no_other()
    {
        await using FilesCluster cluster = await FilesCluster.StartedAsync(0);
        string folder = cluster.PathOf("before");
        await using ServerProcess alone = await ServerProcess.StartedAsync(["--data", folder]);
        await ProgramProcess.RunAsync("publish", "orders", "before", "--server", alone.Address);
        await alone.TerminateAsync();

        await using ServerProcess joined = new() { Store = ["--data", folder, "--zookeeper", cluster.ZooKeeper, "--broker", "a"] };
        await cluster.StartAsync(joined);
        ProgramResult consumed = await ProgramProcess.RunAsync("consume", "orders", "--group", "g", "--max", "1", "--server", joined.Address);
        await joined.TerminateAsync();
        ProgramResult other = await ProgramProcess.RunAsync("serve", "--data", folder, "--partition", "3", "--listen", "127.0.0.1:0", "--http", "127.0.0.1:0");

        Assert.Equal("before\n", consumed.Output);
        Assert.Equal(1, other.ExitCode);
        Assert.Contains("belongs to partition 0, this broker is partition 3", other.Errors, StringComparison.Ordinal);
    }
}
