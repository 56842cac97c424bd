namespace Forewave.Coordination.ZooKeeper.Tests;

[Trait("Suite", "zookeeper")]
public class ServersTests
{
    private static readonly PartitionNumber Partition = new(1);

    [Fact]
    public async Task Session_record_and_watch_outlive_a_restart_of_the_server()
    {
        var server = new ZooKeeperServer();
        await server.InitializeAsync();
        try
        {
            await using ZooKeeperSession session = await ZooKeeperServer.OpenAsync(server.Address);
            await session.SetAsync(Partition, Records.Of(1, "a"), null, default);
            await session.AnnounceAsync(Partition, BrokerRole.Master, Records.Broker("a"), default);
            Task<GroupView> told = Wait.ForAsync(session, Partition, view => view.Group!.Version == 1);

            await server.KillAsync();
            await Wait.ForAsync(session, SessionState.Disconnected);
            server.Start();
            SetResult set = await session.SetAsync(Partition, Records.Of(2, "a"), 0, default);

            Assert.Equal(SetOutcome.Done, set.Outcome);
            Assert.Equal("a", (await told).Master?.Broker);
            Assert.False(session.Ended.IsCancellationRequested);
        }
        finally
        {
            await server.DisposeAsync();
        }
    }

    [Fact]
    public async Task Session_goes_on_when_one_of_three_servers_is_killed()
    {
        string members = string.Join('\n', Enumerable.Range(1, 3)
            .Select(number => $"server.{number}=127.0.0.1:{ZooKeeperServer.FreePort()}:{ZooKeeperServer.FreePort()}"));
        ZooKeeperServer[] servers = [.. Enumerable.Range(1, 3).Select(number => new ZooKeeperServer(members, number))];
        try
        {
            Array.ForEach(servers, server => server.Start());
            await using ZooKeeperSession session = await ZooKeeperServer.OpenAsync(string.Join(',', servers.Select(server => server.Address)));
            await session.SetAsync(Partition, Records.Of(1, "a"), null, default);
            await session.AnnounceAsync(Partition, BrokerRole.Master, Records.Broker("a"), default);

            for (int i = 0; i < 3; i++)
            {
                await servers[i].KillAsync();
                SetResult set = await session.SetAsync(Partition, Records.Of((uint)i + 2, "a"), i, default);
                Assert.Equal(new SetResult(SetOutcome.Done, new VersionedGroup(Records.Of((uint)i + 2, "a"), i + 1)), set);
                Assert.Equal("a", (await session.ReadAsync(Partition, default)).Master?.Broker);
                servers[i].Start();
                await using ZooKeeperSession back = await ZooKeeperServer.OpenAsync(servers[i].Address);
                Assert.Equal(set.Current, (await back.ReadAsync(Partition, default)).Group);
            }
        }
        finally
        {
            foreach (ZooKeeperServer server in servers)
                await server.DisposeAsync();
        }
    }
}
