using Forewave.Broker.Delivery.Administration;
using Forewave.Protocol;

namespace Forewave.Broker.Tests.Delivery;

public sealed class GroupWatchingTests
{
    private static readonly GroupName Name = new("g");

    [Fact]
    public async Task Leases_are_listed_by_page_with_their_consumer_and_attempt()
    {
        await using var stage = await DeliveryStage.StartAsync();
        await stage.PublishAsync("q", DeliveryStage.Bodies(300));
        var one = await ReceivedAsync(stage, 100);
        var two = await ReceivedAsync(stage, 100);
        await one.SettleAsync(SettleVerb.Ack, one.Output.Messages.Where(message => message.Offset % 2 == 0));

        var leases = new List<(long First, int Count, string Consumer)>();
        for (long from = 1; from != 0;)
        {
            var page = await stage.Loops.Watching.ListLeasesAsync(stage.Queue("q"), Name, from, 7);
            Assert.InRange(page.Leases.Count, 1, 7);
            leases.AddRange(page.Leases.Select(one => (one.Lease.First, one.Lease.Count, one.Lease.Consumer.Name)));
            from = page.Next;
        }

        Assert.Equal(
            Enumerable.Range(0, 50).Select(number => (1L + 2 * number, one.Subscription.ConsumerName)),
            leases.Where(lease => lease.First <= 100).Select(lease => (lease.First, lease.Consumer)));
        Assert.Equal(100, leases.Where(lease => lease.Consumer == two.Subscription.ConsumerName).Sum(lease => lease.Count));
    }

    [Fact]
    public async Task Lease_tells_when_it_was_given_after_extends_and_a_restart()
    {
        var stage = await DeliveryStage.StartAsync();
        await stage.PublishAsync("q", "m1");
        var consumer = await ReceivedAsync(stage, 1);
        long given = stage.Time.GetUtcNow().ToUnixTimeMilliseconds();
        await stage.MoveAsync(TimeSpan.FromSeconds(20));
        await consumer.SettleAsync(SettleVerb.Extend, consumer.Output.Messages, TimeSpan.FromMinutes(1));
        await stage.CheckpointAsync();
        stage = await stage.RestartAsync();
        await using var restarted = stage;

        var page = await stage.Loops.Watching.ListLeasesAsync(stage.Queue("q"), Name, 1, 10);

        Assert.Equal(given, page.Leases.Single().Lease.SinceTime);
        Assert.Equal(given + 80_000, page.Leases.Single().Lease.EndTime);
    }

    [Fact]
    public async Task Consumer_that_extends_for_ten_visibility_timeouts_is_stuck()
    {
        await using var stage = await DeliveryStage.StartAsync();
        await stage.PublishAsync("q", DeliveryStage.Bodies(2));
        var consumer = await ReceivedAsync(stage, 2);
        var messages = consumer.Output.TakeMessages();
        await consumer.SettleAsync(SettleVerb.Ack, messages.Take(1));

        bool early = false;
        for (int i = 0; i < 15; i++)
        {
            early |= (await ShowAsync(stage)).IsStuck;
            await consumer.SettleAsync(SettleVerb.Extend, messages.Skip(1), TimeSpan.FromSeconds(30));
            await stage.MoveAsync(TimeSpan.FromSeconds(20));
        }

        Assert.False(early);
        Assert.True((await ShowAsync(stage)).IsStuck);
    }

    [Fact]
    public async Task Consumer_that_lets_its_leases_end_and_settles_nothing_is_stuck_until_it_settles()
    {
        await using var stage = await DeliveryStage.StartAsync();
        var consumer = await stage.SubscribeAsync("q");
        consumer.Credit(100);
        await stage.PublishAsync("q", DeliveryStage.Bodies(2));

        for (int i = 0; i < 11; i++)
            await stage.MoveAsync(TimeSpan.FromSeconds(31));
        bool stuck = (await ShowAsync(stage)).IsStuck;
        await consumer.SettleAsync(SettleVerb.Ack, [consumer.Output.Messages[^1]]);
        var after = await ShowAsync(stage);

        Assert.True(stuck);
        Assert.Equal((false, 1), (after.IsStuck, after.Leased));
        Assert.NotEqual(0, after.LastSettleTime);
    }

    [Fact]
    public async Task Group_shows_the_age_of_what_it_has_not_done()
    {
        await using var stage = await DeliveryStage.StartAsync();
        long first = stage.Time.GetUtcNow().ToUnixTimeMilliseconds();
        await stage.PublishAsync("q", "m1");
        await stage.MoveAsync(TimeSpan.FromMinutes(5));
        await stage.PublishAsync("q", "m2");
        await ReceivedAsync(stage, 1);

        var details = await stage.Loops.Watching.ShowAsync(stage.Queue("q"), Name);

        Assert.Equal((first + 300_000, first), (details.OldestUnreadTime, details.OldestUnsettledTime));
    }

    [Fact]
    public async Task Consumer_that_is_gone_is_shown_as_long_as_it_has_leases()
    {
        await using var stage = await DeliveryStage.StartAsync();
        await stage.PublishAsync("q", "m1");
        var consumer = await ReceivedAsync(stage, 1);

        consumer.Disconnect();
        await stage.IdleAsync();
        var gone = await ShowAsync(stage);
        await consumer.SettleAsync(SettleVerb.Ack, consumer.Output.Messages);

        Assert.Equal((false, 1), (gone.IsSubscribed, gone.Leased));
        Assert.Empty((await stage.Loops.Watching.ShowAsync(stage.Queue("q"), Name)).ConsumerList);
    }

    private static async Task<TestConsumer> ReceivedAsync(DeliveryStage stage, int count)
    {
        var consumer = await stage.SubscribeAsync("q");
        consumer.Receive(count);
        await stage.IdleAsync();
        Assert.Equal(count, consumer.Output.Messages.Count);
        return consumer;
    }

    private static async Task<ConsumerDetails> ShowAsync(DeliveryStage stage) =>
        (await stage.Loops.Watching.ShowAsync(stage.Queue("q"), Name)).ConsumerList.Single();
}
