using Forewave.Broker.Delivery.Reading;
using Forewave.Protocol;

namespace Forewave.Broker.Tests.Delivery;

public sealed class FairnessTests
{
    [Fact]
    public async Task Group_that_reads_old_messages_costs_the_newest_group_nothing()
    {
        var stage = await DeliveryStage.StartAsync();
        var newest = await stage.SubscribeAsync("q", "newest");
        for (int i = 0; i < 40; i++)
            await stage.PublishAsync("q", [.. Enumerable.Repeat(new string('x', 1_000), 100)]);
        stage = await stage.RestartAsync();
        await using var restarted = stage;
        newest = await stage.SubscribeAsync("q", "newest");
        newest.Credit(10_000);
        await stage.IdleAsync();
        await newest.SettleAsync(SettleVerb.Ack, newest.Output.TakeMessages());
        var oldest = await stage.SubscribeAsync("q", "oldest");

        oldest.Credit(10_000);
        await stage.PublishAsync("q", "new");

        Assert.Equal(["new"], newest.Output.Messages.Select(message => message.Body));
        Assert.Equal(4_001, oldest.Output.Messages.Count);
    }

    [Fact]
    public async Task Group_that_reads_from_disk_rests_after_a_turn_while_others_get_what_is_new()
    {
        var stage = await DeliveryStage.StartAsync();
        for (int i = 0; i < 40; i++)
            await stage.PublishAsync("q", [.. Enumerable.Repeat(new string('x', 1_000), 100)]);
        stage = await stage.RestartAsync();
        await using var restarted = stage;
        var oldest = await stage.SubscribeAsync("q", "oldest");
        var loop = stage.LoopOf(oldest.Subscription.Queue.Id);
        long now = stage.Time.GetTimestamp();
        loop.Setting.Live.Note(stage.Time);
        loop.CatchUp.TookTurn(now - stage.Time.TimestampFrequency / 1_000);

        oldest.Credit(10_000);
        await stage.IdleAsync();
        int whileResting = oldest.Output.Messages.Count;
        await stage.MoveAsync(TimeSpan.FromMilliseconds(8));

        Assert.Equal((0, 4_000), (whileResting, oldest.Output.Messages.Count));
    }

    [Fact]
    public async Task Stuck_group_costs_the_others_nothing()
    {
        await using var stage = await DeliveryStage.StartAsync(setting => setting with { MaxUnsettled = 10 });
        var stuck = await stage.SubscribeAsync("q", "stuck");
        var quick = await stage.SubscribeAsync("q", "quick");
        stuck.Credit(10_000);
        quick.Credit(10_000);
        int got = 0;

        for (int i = 0; i < 10; i++)
        {
            await stage.PublishAsync("q", DeliveryStage.Bodies(10));
            var messages = quick.Output.TakeMessages();
            got += messages.Count;
            await quick.SettleAsync(SettleVerb.Ack, messages);
        }

        Assert.Equal((10, 100), (stuck.Output.Messages.Count, got));
    }

    [Fact]
    public async Task Queues_of_one_loop_take_turns()
    {
        await using var stage = await DeliveryStage.StartAsync(setting => setting with { Loops = 1 });
        var one = await stage.SubscribeAsync("one");
        var two = await stage.SubscribeAsync("two");
        for (int i = 0; i < 20; i++)
        {
            await stage.PublishAsync("one", [.. Enumerable.Repeat(new string('x', 50_000), 4)]);
            await stage.PublishAsync("two", [.. Enumerable.Repeat(new string('x', 50_000), 4)]);
        }

        one.Credit(1_000);
        two.Credit(1_000);
        await stage.IdleAsync();

        Assert.Equal((80, 80), (one.Output.Messages.Count, two.Output.Messages.Count));
    }

    [Fact]
    public async Task Queues_are_all_read_when_there_is_memory_for_one_of_them_at_a_time()
    {
        var stage = await DeliveryStage.StartAsync(
            setting => setting with { Loops = 1, ColdReadBytes = RunSource.WindowBytes });
        for (int i = 0; i < 6; i++)
            await stage.PublishAsync($"q{i}", DeliveryStage.Bodies(10));
        stage = await stage.RestartAsync();
        await using var restarted = stage;
        var consumers = new List<TestConsumer>();
        for (int i = 0; i < 6; i++)
            consumers.Add(await stage.SubscribeAsync($"q{i}"));

        foreach (var consumer in consumers)
            consumer.Credit(100);
        await stage.IdleAsync();

        Assert.All(consumers, consumer => Assert.Equal(10, consumer.Output.Messages.Count));
    }

    [Fact]
    public async Task Queue_is_read_when_the_one_before_it_in_line_for_memory_has_no_use_for_it()
    {
        var stage = await DeliveryStage.StartAsync(
            setting => setting with { Loops = 1, ColdReadBytes = RunSource.WindowBytes });
        for (int i = 0; i < 3; i++)
            await stage.PublishAsync($"q{i}", DeliveryStage.Bodies(10));
        stage = await stage.RestartAsync();
        await using var restarted = stage;
        var first = await stage.SubscribeAsync("q0");
        var gone = await stage.SubscribeAsync("q1");
        var last = await stage.SubscribeAsync("q2");

        first.Credit(100);
        gone.Credit(100);
        last.Credit(100);
        gone.Disconnect();
        await stage.IdleAsync();

        Assert.Equal((10, 10), (first.Output.Messages.Count, last.Output.Messages.Count));
    }
}
