using Forewave.Protocol.Routes;

namespace Forewave.Coordination.ZooKeeper.Tests;

/// <summary>The routes of a whole cluster and the slots of queues, on a ZooKeeper of their own: what others leave there would be in the table.</summary>
[Trait("Suite", "zookeeper")]
public sealed class RouteTests : IAsyncLifetime
{
    private const int Partitions = 100;
    private readonly ZooKeeperServer _server = new();

    public Task InitializeAsync() => _server.InitializeAsync();

    public Task DisposeAsync() => _server.DisposeAsync();

    [Fact]
    public async Task Routes_of_a_hundred_partitions_and_each_change_are_told()
    {
        await using ZooKeeperSession session = await ZooKeeperServer.OpenAsync(_server.Address);
        await using ZooKeeperSession brokers = await ZooKeeperServer.OpenAsync(_server.Address);
        using var end = new CancellationTokenSource(TimeSpan.FromSeconds(60));
        await using var tables = session.WatchRoutesAsync(end.Token).GetAsyncEnumerator(end.Token);
        Assert.True(await tables.MoveNextAsync());
        Assert.True(tables.Current.IsEmpty);

        await Task.WhenAll(Enumerable.Range(0, Partitions).Select(async one =>
        {
            await brokers.SetAsync(new((ushort)one), Records.Of(1, "a"), null, end.Token);
            await brokers.AnnounceAsync(new((ushort)one), BrokerRole.Master, new() { Broker = "a", Address = $"10.0.0.{one}:7600" }, end.Token);
        }));
        await NextAsync(tables, table => table.Routes.Length == Partitions && table.Routes.All(route => route.Address == $"10.0.0.{route.Partition}:7600"));

        PartitionNumber changed = new(57);
        long begun = Environment.TickCount64;
        await brokers.SetAsync(changed, Records.Of(2, "b"), 0, end.Token);
        await NextAsync(tables, table => table.Find(changed)! is { Address: "", Epoch.Value: 2 });
        await brokers.WithdrawAsync(changed, BrokerRole.Master, end.Token);
        await brokers.AnnounceAsync(changed, BrokerRole.Master, new() { Broker = "b", Address = "10.0.1.57:7600" }, end.Token);
        await NextAsync(tables, table => table.Find(changed)!.Address == "10.0.1.57:7600");

        // Thirty times the bound that is promised would be no accident of the machine.
        Assert.InRange(Environment.TickCount64 - begun, 0, 30_000);
    }

    [Fact]
    public async Task Route_that_cannot_be_read_hides_no_other()
    {
        await using ZooKeeperSession session = await ZooKeeperServer.OpenAsync(_server.Address);
        await using ZooKeeperSession brokers = await ZooKeeperServer.OpenAsync(_server.Address);
        using var end = new CancellationTokenSource(TimeSpan.FromSeconds(60));
        await using var tables = session.WatchRoutesAsync(end.Token).GetAsyncEnumerator(end.Token);
        await brokers.MakeSlotsAsync(new QueueName("q"), SlotMap.Spread([new(0)]), end.Token);

        await brokers.SetAsync(new(1), Records.Of(1, "a"), null, end.Token);
        await brokers.AnnounceAsync(new(1), BrokerRole.Master, new() { Broker = "other", Address = "10.0.0.1:7600" }, end.Token);
        await NextAsync(tables, table => table.Find(new(1)) is { Address: "" });
    }

    [Fact]
    public async Task Slots_of_a_queue_are_those_that_came_first_for_everybody()
    {
        await using ZooKeeperSession one = await ZooKeeperServer.OpenAsync(_server.Address);
        await using ZooKeeperSession other = await ZooKeeperServer.OpenAsync(_server.Address);
        QueueName queue = new("orders");

        Assert.Null(await one.SlotsAsync(queue, default));
        SlotMap first = await one.MakeSlotsAsync(queue, SlotMap.Spread([new(0), new(1)]), default);
        SlotMap second = await other.MakeSlotsAsync(queue, SlotMap.Spread([new(0), new(1), new(2)]), default);

        Assert.Equal(first.Ranges.AsEnumerable(), second.Ranges.AsEnumerable());
        Assert.Equal(first.Ranges.AsEnumerable(), (await other.SlotsAsync(queue, default))!.Ranges.AsEnumerable());
    }

    private static async Task NextAsync(IAsyncEnumerator<RouteTable> tables, Func<RouteTable, bool> isIt)
    {
        do
        {
            Assert.True(await tables.MoveNextAsync());
        }
        while (!isIt(tables.Current));
    }
}
