using Forewave.Broker.Delivery.Administration;
using Forewave.Broker.Observability;
using Forewave.Protocol;

namespace Forewave.Broker.Tests.Delivery;

public sealed class GroupCensusTests
{
    [Fact]
    public async Task Groups_made_first_have_figures_of_their_own_and_the_others_sums()
    {
        await using var stage = await DeliveryStage.StartAsync();
        foreach (string queue in (string[])["q", "r"])
            await stage.PublishAsync(queue, DeliveryStage.Bodies(10));
        var first = await stage.SubscribeAsync("q", "first");
        var second = await stage.SubscribeAsync("r", "second");
        var third = await stage.SubscribeAsync("q", "third");
        foreach (var consumer in (TestConsumer[])[first, second, third])
            consumer.Receive(4);
        await stage.IdleAsync();
        await third.SettleAsync(SettleVerb.Reject, third.Output.TakeMessages().Take(1));

        var (groups, others) = await stage.Loops.Census.TakeAsync(2, CancellationToken.None);

        Assert.Equal(["first", "second"], groups.OrderBy(group => group.Id).Select(group => group.Name.Value));
        Assert.All(groups, group => Assert.Equal((10, 4, 0, 1), (group.Lag, group.Leased, group.Dead, group.Consumers)));
        Assert.Equal(new GroupSums { Groups = 1, Lag = 9, Leased = 3, Dead = 1 }, others);
    }

    [Fact]
    public async Task Consumer_that_settles_nothing_is_counted_as_stuck()
    {
        await using var stage = await DeliveryStage.StartAsync();
        await stage.PublishAsync("q", "m1");
        var consumer = await stage.SubscribeAsync("q");
        consumer.Receive(1);
        for (int i = 0; i < 31; i++)
        {
            await stage.MoveAsync(TimeSpan.FromSeconds(10));
            await consumer.SettleAsync(SettleVerb.Extend, consumer.Output.Messages, TimeSpan.FromSeconds(30));
        }

        var (groups, _) = await stage.Loops.Census.TakeAsync(10, CancellationToken.None);

        Assert.Equal(1, Assert.Single(groups).Stuck);
    }

    [Fact]
    public async Task Oldest_unread_message_of_each_priority_tells_its_age()
    {
        await using var stage = await DeliveryStage.StartAsync();
        await stage.PublishAsync("q", "1!low");
        long low = Now(stage);
        await stage.MoveAsync(TimeSpan.FromMinutes(1));
        await stage.PublishAsync("q", "9!high", "9!higher");
        long high = Now(stage);
        await stage.SubscribeAsync("q");

        var shown = await stage.Loops.Watching.ShowAsync(stage.Queue("q"), new GroupName("g"));
        var queue = await stage.Loops.Administration.ShowQueueAsync(stage.Queue("q"));
        var (groups, _) = await stage.Loops.Census.TakeAsync(10, CancellationToken.None);
        var ages = new GroupAges(stage.Store);
        ages.Begin();
        var counted = await ages.AddAsync(Assert.Single(groups), CancellationToken.None);

        Assert.Equal([(9, 2L, high), (4, 0L, 0L), (1, 1L, low)], shown.UnreadByPriority.Select(count => (count.Band.Priority, count.Messages, count.OldestTime)));
        Assert.Equal(shown.UnreadByPriority, counted.Unread);
        Assert.Equal((low, low), (shown.OldestUnreadTime, counted.OldestTime));
        Assert.Equal([(9, 2L), (4, 0L), (1, 1L)], queue.Priorities.Select(count => (count.Band.Priority, count.Messages)));
    }

    [Fact]
    public async Task Times_are_read_once_and_so_many_in_a_round_at_most()
    {
        const int groups = 300;
        await using var stage = await DeliveryStage.StartAsync();
        await stage.PublishAsync("q", DeliveryStage.Bodies(groups));
        var figures = Enumerable.Range(1, groups).Select(offset => new GroupFigures
        {
            Id = (uint)offset, Queue = 1, Name = new GroupName("g"), Lag = 1, Leased = 0, Dead = 0, Consumers = 0, Stuck = 0, ReplayLeft = 0,
            Unread = [], Unsettled = [(stage.Queue("q").Id, offset)],
        }).ToArray();
        var ages = new GroupAges(stage.Store);

        var known = new List<int>();
        for (int round = 0; round < 2; round++)
        {
            ages.Begin();
            int count = 0;
            foreach (var one in figures)
                count += (await ages.AddAsync(one, CancellationToken.None)).OldestTime > 0 ? 1 : 0;
            ages.End();
            known.Add(count);
        }

        Assert.Equal([256, groups], known);
    }

    private static long Now(DeliveryStage stage) => stage.Time.GetUtcNow().ToUnixTimeMilliseconds();
}
