namespace Forewave.Coordination.ZooKeeper.Tests;

[Collection(ZooKeeperGroup.Name)]
[Trait("Suite", "zookeeper")]
public class SessionTests(ZooKeeperServer server)
{
    [Fact]
    public async Task Announcement_vanishes_when_its_session_expires()
    {
        var partition = new PartitionNumber(1);
        await using var relay = new Relay(server.Port);
        await using ZooKeeperSession stopped = await ZooKeeperServer.OpenAsync(relay.Address, seconds: 5);
        await using ZooKeeperSession other = await ZooKeeperServer.OpenAsync(server.Address);
        Assert.True(await stopped.AnnounceAsync(partition, BrokerRole.Master, Records.Broker("a"), default));
        await Wait.ForAsync(other, partition, view => view.Master?.Broker == "a");

        relay.Stop();
        await Wait.ForAsync(other, partition, view => view.Master is null);
        Assert.False(stopped.Ended.IsCancellationRequested);
        relay.Continue();

        await Wait.ForAsync(stopped, SessionState.Expired);
        Assert.True(stopped.Ended.IsCancellationRequested);
        var over = await Assert.ThrowsAsync<ForewaveException>(async () => await stopped.ReadAsync(partition, default));
        Assert.Equal(ErrorCode.CoordinationExpired, over.Code);
    }

    [Fact]
    public async Task Announcement_is_refused_when_another_session_has_the_role()
    {
        var partition = new PartitionNumber(2);
        await using ZooKeeperSession first = await ZooKeeperServer.OpenAsync(server.Address);
        await using ZooKeeperSession second = await ZooKeeperServer.OpenAsync(server.Address);

        Assert.True(await first.AnnounceAsync(partition, BrokerRole.Slave, Records.Broker("a"), default));
        Assert.True(await first.AnnounceAsync(partition, BrokerRole.Slave, Records.Broker("a") with { Run = "run-2" }, default));
        Assert.False(await second.AnnounceAsync(partition, BrokerRole.Slave, Records.Broker("b"), default));
        Assert.Equal("run-2", (await second.ReadAsync(partition, default)).Slave!.Run);
        await second.WithdrawAsync(partition, BrokerRole.Slave, default);
        Assert.NotNull((await second.ReadAsync(partition, default)).Slave);
        await first.WithdrawAsync(partition, BrokerRole.Slave, default);

        Assert.True(await second.AnnounceAsync(partition, BrokerRole.Slave, Records.Broker("b"), default));
    }

    [Fact]
    public async Task Announcement_goes_at_once_when_its_session_is_disposed()
    {
        var partition = new PartitionNumber(3);
        await using ZooKeeperSession other = await ZooKeeperServer.OpenAsync(server.Address);
        // It would expire after the tests' patience.
        ZooKeeperSession session = await ZooKeeperServer.OpenAsync(server.Address, seconds: 60);
        await session.AnnounceAsync(partition, BrokerRole.Master, Records.Broker("a"), default);

        await session.DisposeAsync();

        await Wait.ForAsync(other, partition, view => view.Master is null);
        var over = await Assert.ThrowsAsync<ForewaveException>(async () => await session.ReadAsync(partition, default));
        Assert.Equal(ErrorCode.CoordinationExpired, over.Code);
    }

    [Fact]
    public async Task Session_and_announcement_outlive_a_lost_connection()
    {
        var partition = new PartitionNumber(4);
        await using var relay = new Relay(server.Port);
        await using ZooKeeperSession session = await ZooKeeperServer.OpenAsync(relay.Address);
        await session.AnnounceAsync(partition, BrokerRole.Master, Records.Broker("a"), default);
        Task lost = Wait.ForAsync(session, SessionState.Disconnected);

        relay.Stop();
        relay.Cut();
        await lost;
        relay.Continue();

        Assert.Equal("a", (await session.ReadAsync(partition, default)).Master?.Broker);
        Assert.Equal(SessionState.Connected, session.State);
        Assert.Equal(TimeSpan.FromSeconds(10), session.Timeout);
    }

    [Fact]
    public async Task Opening_fails_with_a_number_when_no_server_answers()
    {
        var options = new ZooKeeperOptions { Servers = $"127.0.0.1:{ZooKeeperServer.FreePort()}", OpenTimeout = TimeSpan.FromMilliseconds(300) };

        var failure = await Assert.ThrowsAsync<ForewaveException>(async () => await ZooKeeperSession.OpenAsync(options, default));

        Assert.Equal(ErrorCode.CoordinationUnreachable, failure.Code);
        Assert.Contains(options.Servers, failure.Message, StringComparison.Ordinal);
    }
}
