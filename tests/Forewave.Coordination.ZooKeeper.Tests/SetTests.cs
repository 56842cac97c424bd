namespace Forewave.Coordination.ZooKeeper.Tests;

[Collection(ZooKeeperGroup.Name)]
[Trait("Suite", "zookeeper")]
public class SetTests(ZooKeeperServer server)
{
    [Fact]
    public async Task Set_conflicts_when_the_record_has_another_version()
    {
        var partition = new PartitionNumber(11);
        await using ZooKeeperSession first = await ZooKeeperServer.OpenAsync(server.Address);
        await using ZooKeeperSession second = await ZooKeeperServer.OpenAsync(server.Address);

        SetResult early = await first.SetAsync(partition, Records.Of(1, "a"), 0, default);
        SetResult made = await first.SetAsync(partition, Records.Of(1, "a", "b"), null, default);
        SetResult again = await second.SetAsync(partition, Records.Of(1, "b"), null, default);
        SetResult taken = await second.SetAsync(partition, Records.Of(2, "b"), made.Current!.Version, default);
        SetResult late = await first.SetAsync(partition, Records.Of(1, "a"), made.Current.Version, default);

        Assert.Equal((SetOutcome.Conflict, null), (early.Outcome, early.Current));
        Assert.Equal((SetOutcome.Done, 0), (made.Outcome, made.Current.Version));
        Assert.Equal((SetOutcome.Conflict, Records.Of(1, "a", "b")), (again.Outcome, again.Current!.Record));
        Assert.Equal((SetOutcome.Done, 1), (taken.Outcome, taken.Current!.Version));
        Assert.Equal((SetOutcome.Conflict, new VersionedGroup(Records.Of(2, "b"), 1)), (late.Outcome, late.Current));
        Assert.Equal(new VersionedGroup(Records.Of(2, "b"), 1), (await first.ReadAsync(partition, default)).Group);
    }

    [Fact]
    public async Task Set_is_done_when_it_arrived_and_its_reply_was_lost()
    {
        var partition = new PartitionNumber(12);
        await using var relay = new Relay(server.Port);
        await using ZooKeeperSession session = await ZooKeeperServer.OpenAsync(relay.Address);
        await using ZooKeeperSession other = await ZooKeeperServer.OpenAsync(server.Address);
        await session.SetAsync(partition, Records.Of(1, "a", "b"), null, default);

        relay.LosesReplies = true;
        Task<SetResult> set = session.SetAsync(partition, Records.Of(1, "a"), 0, default).AsTask();
        await Wait.ForAsync(other, partition, view => view.Group!.Version == 1);
        relay.Stop();
        relay.Cut();
        relay.LosesReplies = false;
        relay.Continue();

        Assert.Equal(new SetResult(SetOutcome.Done, new VersionedGroup(Records.Of(1, "a"), 1)), await set);
    }

    [Fact]
    public async Task Set_is_done_once_when_its_request_was_lost()
    {
        var partition = new PartitionNumber(13);
        await using var relay = new Relay(server.Port);
        await using ZooKeeperSession session = await ZooKeeperServer.OpenAsync(relay.Address);
        await session.SetAsync(partition, Records.Of(1, "a", "b"), null, default);
        Task lost = Wait.ForAsync(session, SessionState.Disconnected);

        relay.LosesRequests = true;
        Task<SetResult> set = session.SetAsync(partition, Records.Of(1, "a"), 0, default).AsTask();
        relay.Stop();
        relay.Cut();
        await lost;
        relay.LosesRequests = false;
        relay.Continue();

        Assert.Equal(new SetResult(SetOutcome.Done, new VersionedGroup(Records.Of(1, "a"), 1)), await set);
    }

    [Fact]
    public async Task Set_conflicts_when_its_reply_was_lost_and_another_one_followed()
    {
        var partition = new PartitionNumber(14);
        await using var relay = new Relay(server.Port);
        await using ZooKeeperSession session = await ZooKeeperServer.OpenAsync(relay.Address);
        await using ZooKeeperSession other = await ZooKeeperServer.OpenAsync(server.Address);
        await session.SetAsync(partition, Records.Of(1, "a", "b"), null, default);

        relay.LosesReplies = true;
        Task<SetResult> set = session.SetAsync(partition, Records.Of(1, "a"), 0, default).AsTask();
        await Wait.ForAsync(other, partition, view => view.Group!.Version == 1);
        await other.SetAsync(partition, Records.Of(1, "a"), 1, default);
        relay.Stop();
        relay.Cut();
        relay.LosesReplies = false;
        relay.Continue();

        // It says what its own said, and is another one.
        Assert.Equal(new SetResult(SetOutcome.Conflict, new VersionedGroup(Records.Of(1, "a"), 2)), await set);
    }

    [Fact]
    public async Task Outcome_is_unknown_when_the_session_expires_before_the_reply()
    {
        var partition = new PartitionNumber(15);
        await using var relay = new Relay(server.Port);
        await using ZooKeeperSession session = await ZooKeeperServer.OpenAsync(relay.Address, seconds: 5);
        await using ZooKeeperSession other = await ZooKeeperServer.OpenAsync(server.Address);
        await session.SetAsync(partition, Records.Of(1, "a", "b"), null, default);
        await session.AnnounceAsync(partition, BrokerRole.Master, Records.Broker("a"), default);

        relay.LosesReplies = true;
        Task<SetResult> set = session.SetAsync(partition, Records.Of(1, "a"), 0, default).AsTask();
        await Wait.ForAsync(other, partition, view => view.Group!.Version == 1);
        relay.Stop();
        await Wait.ForAsync(other, partition, view => view.Master is null);
        relay.LosesReplies = false;
        relay.Continue();

        Assert.Equal(new SetResult(SetOutcome.Unknown, null), await set);
        var over = await Assert.ThrowsAsync<ForewaveException>(async () => await session.SetAsync(partition, Records.Of(1, "a"), 1, default));
        Assert.Equal(ErrorCode.CoordinationExpired, over.Code);
    }
}
