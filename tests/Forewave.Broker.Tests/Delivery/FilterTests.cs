using Forewave.Broker.Delivery.Subscriptions;
using Forewave.Protocol;
using Forewave.Protocol.Frames;

namespace Forewave.Broker.Tests.Delivery;

public sealed class FilterTests
{
    [Fact]
    public async Task Filter_of_the_group_passes_over_other_messages()
    {
        await using var stage = await DeliveryStage.StartAsync();
        var consumer = await stage.SubscribeAsync("q", change: one => With(one, "red,blue"));
        consumer.Credit(100);

        await stage.PublishAsync("q", "red:1", "green:2", "blue:3", "none", "red:5");
        await stage.PublishAsync("q", "green:6", "red:7");

        Assert.Equal(["red:1", "blue:3", "red:5", "red:7"], consumer.Output.Messages.Select(message => message.Body));
        Assert.Equal([1L, 3, 5, 7], consumer.Output.Messages.Select(message => message.Offset));
    }

    [Fact]
    public async Task Filtered_messages_are_settled_without_a_word()
    {
        await using var stage = await DeliveryStage.StartAsync();
        var consumer = await stage.SubscribeAsync("q", change: one => With(one, "red"));
        consumer.Credit(100);
        await stage.PublishAsync("q", "green:1", "red:2", "green:3");

        await consumer.SettleAsync(SettleVerb.Ack, consumer.Output.Messages);
        var details = await stage.Loops.Administration.ShowGroupAsync(stage.Queue("q"), new GroupName("g"));

        Assert.Equal((0L, 0L, 4L), (details.Unread, details.Leased, details.ReadOffset));
    }

    [Fact]
    public async Task Filter_respects_credit_when_messages_do_not_fit()
    {
        await using var stage = await DeliveryStage.StartAsync();
        var consumer = await stage.SubscribeAsync("q", change: one => With(one, "red"));
        await stage.PublishAsync("q", [.. Enumerable.Range(1, 100).Select(number => number % 3 == 0 ? $"red:{number}" : $"green:{number}")]);

        consumer.Credit(5);
        await stage.IdleAsync();
        int first = consumer.Output.Messages.Count;
        consumer.Credit(100);
        await stage.IdleAsync();

        Assert.Equal(5, first);
        Assert.Equal(Enumerable.Range(1, 33).Select(number => $"red:{3 * number}"), consumer.Output.Messages.Select(message => message.Body));
    }

    [Fact]
    public async Task Subscribe_is_refused_when_it_wants_another_filter()
    {
        await using var stage = await DeliveryStage.StartAsync();
        await stage.SubscribeAsync("q", change: one => With(one, "red,blue"));
        var same = stage.Prepare("q", change: one => With(one, "blue,red"));
        var another = stage.Prepare("q", change: one => With(one, "red"));
        var any = stage.Prepare("q");

        await stage.SubscribeAsync(same);
        await stage.SubscribeAsync(another);
        await stage.SubscribeAsync(any);

        Assert.Equal([ServerAnswer.Subscribed, ServerAnswer.Error, ServerAnswer.Subscribed],
            new[] { same, another, any }.Select(consumer => consumer.Output.Answers[0].Answer));
        Assert.Equal(ErrorCode.GroupFilterDiffers, another.Output.Answers[0].Error);
    }

    [Fact]
    public async Task Long_stretch_of_other_messages_is_not_looked_at_again_after_a_restart()
    {
        var stage = await DeliveryStage.StartAsync();
        var consumer = await stage.SubscribeAsync("q", change: one => With(one, "red"));
        consumer.Credit(10);
        for (int i = 0; i < 10; i++)
            await stage.PublishAsync("q", [.. Enumerable.Repeat("green:x", 1_000)]);

        stage = await stage.RestartAsync();
        await using var restarted = stage;
        var state = stage.LoopOf(stage.Queue("q").Id).Queues.FindGroup(consumer.GroupId)!.State;

        Assert.InRange(state.Cursor.ReadOffset, 8_000, 10_001);
    }

    private static Subscription With(Subscription one, string filter) => new()
    {
        Handle = one.Handle, Queue = one.Queue, GroupName = one.GroupName, ConsumerId = one.ConsumerId,
        ConsumerName = one.ConsumerName, Output = one.Output, Filter = new TagFilter(filter),
    };
}
