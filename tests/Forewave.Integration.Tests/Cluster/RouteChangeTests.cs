using System.Diagnostics;
using Forewave.Client;
using Forewave.Client.Routing;
using Forewave.Client.ZooKeeper;
using Forewave.Coordination;
using Forewave.Coordination.ZooKeeper;
using Forewave.Protocol;
using Forewave.Protocol.Routes;
using Xunit.Abstractions;

namespace Forewave.Integration.Tests.Cluster;

/// <summary>
/// How soon clients see a change of master in a cluster of 100 partitions: one that was told ZooKeeper, and one that was told the address of one broker. One
/// partition is served; the others are nodes in ZooKeeper.
/// </summary>
[Trait("Suite", "cluster")]
public sealed class RouteChangeTests(ITestOutputHelper output)
{
    private const int Partitions = 100;
    private const int Changes = 30;
    private static readonly PartitionNumber Moved = new(57);
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(1);
    private static readonly TimeSpan Promised = TimeSpan.FromSeconds(1);

    [Fact]
    public async Task Change_of_one_of_a_hundred_routes_is_seen_within_a_second()
    {
        await using FilesCluster cluster = await FilesCluster.StartedAsync(1);
        await using ZooKeeperSession brokers = await ZooKeeperSession.OpenAsync(new ZooKeeperOptions { Servers = cluster.ZooKeeper }, default);
        await Task.WhenAll(Enumerable.Range(1, Partitions - 1).Select(one => ServeAsync(brokers, new((ushort)one), epoch: 1).AsTask()));
        await using PartitionLinks byAddress = new(new ForewaveClientOptions { Server = cluster.Brokers[0].Address });
        await byAddress.ConnectionAsync(Patience, default);
        using CancellationTokenSource end = new();
        RouteTable byZooKeeper = RouteTable.Empty;
        Task watching = WatchAsync(new ZooKeeperRoutes($"zk://{cluster.ZooKeeper}"), table => Volatile.Write(ref byZooKeeper, table), end.Token);
        await UntilAsync(() => byAddress.Routes.Routes.Length == Partitions && Volatile.Read(ref byZooKeeper).Routes.Length == Partitions);

        List<(TimeSpan Address, TimeSpan ZooKeeper)> took = [];
        for (uint epoch = 2; epoch < 2 + Changes; epoch++)
        {
            string address = AddressOf(Moved, epoch);
            await ServeAsync(brokers, Moved, epoch);
            long begun = Stopwatch.GetTimestamp();
            Task<TimeSpan> one = SeenAsync(() => byAddress.Routes, address, begun);
            Task<TimeSpan> other = SeenAsync(() => Volatile.Read(ref byZooKeeper), address, begun);
            took.Add((await one, await other));
        }

        await end.CancelAsync();
        await watching.ContinueWith(_ => { }, TaskScheduler.Default);
        output.WriteLine($"by address: median {Median(took.Select(one => one.Address))}, worst {took.Max(one => one.Address)}; by ZooKeeper: median {Median(took.Select(one => one.ZooKeeper))}, worst {took.Max(one => one.ZooKeeper)}");
        Assert.All(took, one => Assert.InRange(one.Address, TimeSpan.Zero, Promised));
        Assert.All(took, one => Assert.InRange(one.ZooKeeper, TimeSpan.Zero, Promised));
    }

    private static string AddressOf(PartitionNumber partition, uint epoch) => $"10.0.{epoch}.{partition}:7600";

    private static async ValueTask ServeAsync(ZooKeeperSession brokers, PartitionNumber partition, uint epoch)
    {
        string broker = $"b{epoch}";
        await brokers.WithdrawAsync(partition, BrokerRole.Master, default);
        GroupRecord record = new() { Epoch = new Epoch(epoch), Master = broker, InSync = [new InSyncBroker { Broker = broker, Run = "" }] };
        await brokers.SetAsync(partition, record, epoch == 1 ? null : (int)epoch - 2, default);
        await brokers.AnnounceAsync(partition, BrokerRole.Master, new BrokerAnnouncement { Broker = broker, Address = AddressOf(partition, epoch) }, default);
    }

    private static async Task WatchAsync(ZooKeeperRoutes routes, Action<RouteTable> told, CancellationToken end)
    {
        await foreach (RouteTable table in routes.WatchAsync(end))
            told(table);
    }

    private static async Task<TimeSpan> SeenAsync(Func<RouteTable> routes, string address, long begun)
    {
        await UntilAsync(() => routes().Find(Moved)?.Address == address);
        return Stopwatch.GetElapsedTime(begun);
    }

    private static async Task UntilAsync(Func<bool> isSo)
    {
        long begun = Stopwatch.GetTimestamp();
        while (!isSo())
        {
            Assert.True(Stopwatch.GetElapsedTime(begun) < Patience, "it is not seen");
            await Task.Delay(TimeSpan.FromMilliseconds(1), TimeProvider.System);
        }
    }

    private static TimeSpan Median(IEnumerable<TimeSpan> times) => times.Order().ElementAt(Changes / 2);
}
