using Forewave.Broker.Delivery.Administration;
using Forewave.Broker.Delivery.Groups;
using Forewave.Broker.Delivery.Priorities;
using Forewave.Broker.Delivery.Subscriptions;
using Forewave.Protocol;

namespace Forewave.Broker.Tests.Delivery;

/// <summary>Priorities: of all that a group may get, what has the highest comes first.</summary>
public sealed class PriorityTests
{
    [Fact]
    public async Task Messages_come_by_priority_and_within_one_in_their_order()
    {
        await using var stage = await DeliveryStage.StartAsync();
        var consumer = await stage.SubscribeAsync("q");
        await PublishAsync(stage);

        consumer.Credit(100);
        await stage.IdleAsync();

        Assert.Equal(["9!a", "9!b", "5!a", "x", "y", "0!a", "0!b"], Bodies(consumer));
    }

    [Fact]
    public async Task Message_of_a_higher_priority_overtakes_a_backlog_that_was_not_handed_out()
    {
        await using var stage = await DeliveryStage.StartAsync();
        var consumer = await stage.SubscribeAsync("q");
        await stage.PublishAsync("q", DeliveryStage.Bodies(1_000));
        Assert.Equal(["m1"], await ReceiveAsync(stage, consumer));

        await stage.PublishAsync("q", "9!a");

        Assert.Equal(["9!a"], await ReceiveAsync(stage, consumer));
        Assert.Equal(["m2"], await ReceiveAsync(stage, consumer));
    }

    [Theory]
    [InlineData(SettleVerb.Ack, 0)]
    [InlineData(SettleVerb.Release, 2)]
    [InlineData(SettleVerb.Nack, 2)]
    [InlineData(SettleVerb.Reject, 0)]
    public async Task Messages_of_all_priorities_are_settled_by_their_handles(SettleVerb verb, int again)
    {
        await using var stage = await DeliveryStage.StartAsync();
        var consumer = await stage.SubscribeAsync("q");
        await PublishAsync(stage);
        consumer.Credit(7);
        await stage.IdleAsync();
        var got = consumer.Output.TakeMessages();
        Assert.Empty(await consumer.SettleAsync(SettleVerb.Ack, got.Where(message => message.Body[0] is not '9')));

        var failures = await consumer.SettleAsync(verb, got.Where(message => message.Body[0] is '9'), TimeSpan.FromSeconds(1));
        await stage.MoveAsync(TimeSpan.FromSeconds(2));
        consumer.Credit(100);
        await stage.IdleAsync();

        Assert.Empty(failures);
        Assert.Equal(again, consumer.Output.TakeMessages().Count);
        var dead = (await stage.Loops.DeadLetters.ListAsync(stage.Queue("q"), new GroupName("g"), 0, 10)).Letters;
        Assert.Equal(verb == SettleVerb.Reject ? 2 : 0, dead.Count);
        Assert.Equal((again, dead.Count), ((int)(await ShowAsync(stage)).Leased, (int)(await ShowAsync(stage)).Dead));
    }

    [Fact]
    public async Task Dead_letters_of_all_priorities_are_listed_shown_and_redriven()
    {
        await using var stage = await DeliveryStage.StartAsync();
        var consumer = await stage.SubscribeAsync("q");
        await PublishAsync(stage);
        consumer.Credit(7);
        await stage.IdleAsync();
        var got = consumer.Output.TakeMessages();
        await consumer.SettleAsync(SettleVerb.Reject, got);
        var (queue, group) = (stage.Queue("q"), new GroupName("g"));

        var first = await stage.Loops.DeadLetters.ListAsync(queue, group, 0, 4);
        var rest = await stage.Loops.DeadLetters.ListAsync(queue, group, first.Letters[^1].Place, 10);
        var letters = first.Letters.Concat(rest.Letters).ToArray();

        Assert.True(first.More);
        Assert.Equal(got.Select(message => message.Offset).Order(), letters.Select(letter => letter.Letter.Offset).Order());
        Assert.Equal(letters.Select(letter => letter.Place).Order(), letters.Select(letter => letter.Place));
        foreach (var letter in letters)
            Assert.Equal(letter.Letter.Offset, (await stage.Loops.DeadLetters.ShowAsync(queue, group, letter.Place)).Letter.Offset);
        Assert.Equal(7, await stage.Loops.Operating.RedriveAsync(queue, group, [.. letters.Select(letter => letter.Place)]));
        consumer.Credit(100);
        await stage.IdleAsync();
        Assert.Equal(7, consumer.Output.TakeMessages().Count);
    }

    [Fact]
    public async Task Cursor_of_each_priority_survives_a_restart()
    {
        var stage = await DeliveryStage.StartAsync();
        var consumer = await stage.SubscribeAsync("q");
        await PublishAsync(stage);
        Assert.Equal(["9!a"], await ReceiveAsync(stage, consumer));
        await stage.CheckpointAsync();
        Assert.Equal(["9!b"], await ReceiveAsync(stage, consumer));
        await stage.PublishAsync("q", "9!c");
        stage = await stage.RestartAsync();
        consumer = await stage.SubscribeAsync("q");

        Assert.Equal(["9!c"], await ReceiveAsync(stage, consumer));
        Assert.Equal(["5!a"], await ReceiveAsync(stage, consumer));
        var shown = await ShowAsync(stage);
        Assert.Equal((4L, 4L), (shown.Leased, shown.Unread));
        await stage.DisposeAsync();
    }

    [Fact]
    public async Task Consumer_that_comes_back_keeps_what_it_holds_of_every_priority()
    {
        await using var stage = await DeliveryStage.StartAsync();
        var consumer = await stage.SubscribeAsync("q");
        await PublishAsync(stage);
        consumer.Credit(7);
        await stage.IdleAsync();
        var got = consumer.Output.TakeMessages();
        var held = got.Where(message => message.Body is "9!a" or "0!b")
            .Select(message => new HeldRange(new Offset(message.Offset), 1, new Attempt(message.Attempt))).ToArray();

        var back = stage.Prepare("q", change: one => new Subscription
        {
            Handle = one.Handle, Queue = one.Queue, GroupName = one.GroupName, ConsumerId = consumer.Subscription.ConsumerId,
            ConsumerName = "c", Output = one.Output, Returning = true, Held = held,
        });
        await stage.SubscribeAsync(back);
        back.Credit(100);
        await stage.IdleAsync();

        Assert.Equal(["9!b", "5!a", "x", "y", "0!a"], Bodies(back));
    }

    [Fact]
    public async Task Group_that_starts_at_the_latest_message_gets_nothing_older_of_any_priority()
    {
        await using var stage = await DeliveryStage.StartAsync();
        await PublishAsync(stage);
        var consumer = await stage.SubscribeAsync("q", change: one => new Subscription
        {
            Handle = one.Handle, Queue = one.Queue, GroupName = one.GroupName, ConsumerId = one.ConsumerId,
            ConsumerName = "c", Output = one.Output, Start = StartPoint.Latest,
        });
        consumer.Credit(100);
        await stage.PublishAsync("q", "9!new");
        await stage.PublishAsync("q", "7!new");

        Assert.Equal(["9!new", "7!new"], Bodies(consumer));
    }

    [Fact]
    public async Task Purge_and_deletion_take_messages_of_every_priority()
    {
        await using var stage = await DeliveryStage.StartAsync();
        var consumer = await stage.SubscribeAsync("q");
        await PublishAsync(stage);

        Assert.Equal(7, (await stage.Loops.Administration.ShowQueueAsync(stage.Queue("q"))).Messages);
        Assert.Equal(7, await stage.Loops.Administration.PurgeQueueAsync(stage.Queue("q")));
        consumer.Credit(100);
        await stage.PublishAsync("q", "9!c");

        Assert.Equal(["9!c"], Bodies(consumer));
        await stage.Loops.Administration.DeleteGroupAsync(stage.Queue("q"), new GroupName("g"));
        Assert.All(PriorityBand.Others, band =>
            Assert.Null(stage.LoopOf(1).Queues.Find(band.IndexOf(stage.Queue("q").Id))?.Find(new GroupName("g"))));
        await stage.Loops.Administration.CloseQueueAsync(stage.Queue("q"));
        Assert.Equal(stage.Store.Extent(PriorityBand.Of(9).IndexOf(1)).FirstRetained, stage.Store.Extent(PriorityBand.Of(9).IndexOf(1)).End);
    }

    [Fact]
    public void Band_stands_in_the_upper_bits_alone()
    {
        foreach (int priority in Enumerable.Range(0, 10))
        {
            var band = PriorityBand.Of(priority);

            Assert.Equal(priority, band.Priority);
            Assert.Equal((band, 77u), (PriorityBand.OfIndex(band.IndexOf(77)), PriorityBand.QueueOf(band.IndexOf(77))));
            Assert.Equal((band, 99L), (PriorityBand.OfOffset(band.OnWire(99)), PriorityBand.InBand(band.OnWire(99))));
        }
        Assert.Equal((77u, 99L), (default(PriorityBand).IndexOf(77), default(PriorityBand).OnWire(99)));
    }

    private static async Task PublishAsync(DeliveryStage stage)
    {
        await stage.PublishAsync("q", "0!a", "0!b");
        await stage.PublishAsync("q", "x", "y");
        await stage.PublishAsync("q", "5!a");
        await stage.PublishAsync("q", "9!a", "9!b");
    }

    private static async Task<string[]> ReceiveAsync(DeliveryStage stage, TestConsumer consumer)
    {
        consumer.Receive(1);
        await stage.MoveAsync(TimeSpan.FromMilliseconds(1));
        return Bodies(consumer);
    }

    private static string[] Bodies(TestConsumer consumer) => [.. consumer.Output.TakeMessages().Select(message => message.Body)];

    private static Task<GroupDetails> ShowAsync(DeliveryStage stage) =>
        stage.Loops.Administration.ShowGroupAsync(stage.Queue("q"), new GroupName("g"));
}
