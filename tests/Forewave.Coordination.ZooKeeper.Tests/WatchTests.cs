namespace Forewave.Coordination.ZooKeeper.Tests;

[Collection(ZooKeeperGroup.Name)]
[Trait("Suite", "zookeeper")]
public class WatchTests(ZooKeeperServer server)
{
    [Fact]
    public async Task Watch_tells_each_coming_change_and_end()
    {
        var partition = new PartitionNumber(21);
        await using ZooKeeperSession session = await ZooKeeperServer.OpenAsync(server.Address);
        await using ZooKeeperSession other = await ZooKeeperServer.OpenAsync(server.Address);
        using var end = new CancellationTokenSource(TimeSpan.FromSeconds(60));
        await using var views = session.WatchAsync(partition, end.Token).GetAsyncEnumerator(end.Token);

        Assert.True(await views.MoveNextAsync());
        Assert.Equal(new GroupView { Group = null, Master = null, Slave = null }, views.Current);
        await other.SetAsync(partition, Records.Of(1, "a"), null, default);
        await NextAsync(views, view => view.Group?.Version == 0);
        await other.AnnounceAsync(partition, BrokerRole.Slave, Records.Broker("b"), default);
        await NextAsync(views, view => view.Slave?.Broker == "b");
        await other.SetAsync(partition, Records.Of(1, "a", "b"), 0, default);
        await NextAsync(views, view => view.Group?.Version == 1);
        await other.WithdrawAsync(partition, BrokerRole.Slave, default);
        await NextAsync(views, view => view.Slave is null);
    }

    [Fact]
    public async Task Watch_tells_what_changed_while_the_connection_was_lost()
    {
        var partition = new PartitionNumber(22);
        await using var relay = new Relay(server.Port);
        await using ZooKeeperSession session = await ZooKeeperServer.OpenAsync(relay.Address);
        await using ZooKeeperSession other = await ZooKeeperServer.OpenAsync(server.Address);
        Task<GroupView> told = Wait.ForAsync(session, partition, view => view.Group?.Version == 1);
        await other.SetAsync(partition, Records.Of(1, "a"), null, default);

        relay.Stop();
        relay.Cut();
        await other.SetAsync(partition, Records.Of(2, "b"), 0, default);
        relay.Continue();
        Assert.Equal(Records.Of(2, "b"), (await told).Group!.Record);

        // And it is armed on the new connection.
        told = Wait.ForAsync(session, partition, view => view.Group?.Version == 2);
        await other.SetAsync(partition, Records.Of(3, "a"), 1, default);
        Assert.Equal(Records.Of(3, "a"), (await told).Group!.Record);
    }

    [Fact]
    public async Task Watch_ends_with_a_number_when_the_session_is_over()
    {
        ZooKeeperSession session = await ZooKeeperServer.OpenAsync(server.Address);
        Task<GroupView> told = Wait.ForAsync(session, new PartitionNumber(23), view => view.Group is not null);

        await session.DisposeAsync();

        Assert.Equal(ErrorCode.CoordinationExpired, (await Assert.ThrowsAsync<ForewaveException>(async () => await told)).Code);
    }

    private static async Task NextAsync(IAsyncEnumerator<GroupView> views, Func<GroupView, bool> isIt)
    {
        do
            Assert.True(await views.MoveNextAsync());
        while (!isIt(views.Current));
    }
}
