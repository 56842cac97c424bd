using Forewave.Broker.Delivery.Administration;
using Forewave.Broker.Delivery.DeadLetters;
using Forewave.Protocol;

namespace Forewave.Broker.Tests.Delivery;

public sealed class DeadSelectionTests
{
    private static readonly GroupName Group = new("g");

    [Fact]
    public async Task Pages_of_a_filter_have_each_letter_once_and_tell_where_the_next_begins()
    {
        await using var stage = await DeliveryStage.StartAsync();
        await RejectAsync(stage, "x:1", "y:2", "x:3", "x:4", "y:5");

        var first = await SelectAsync(stage, "tag=x", after: 0, max: 2);
        var second = await SelectAsync(stage, "tag=x", first.Next, max: 2);

        Assert.Equal([1L, 3L], first.Letters.Select(letter => letter.Place));
        Assert.Equal((3L, 3), (first.Next, first.Scanned));
        Assert.Equal([4L], second.Letters.Select(letter => letter.Place));
        Assert.Equal(0, second.Next);
    }

    [Fact]
    public async Task What_died_later_is_left_alone()
    {
        await using var stage = await DeliveryStage.StartAsync();
        await RejectAsync(stage, "1");
        long then = stage.Time.GetUtcNow().ToUnixTimeMilliseconds();
        await stage.MoveAsync(TimeSpan.FromSeconds(1));
        await RejectAsync(stage, "2");

        var selected = await stage.Loops.DeadLetters.SelectAsync(
            stage.Queue("q"), Group, new DeadSelection { Filter = DeadFilter.All, After = 0, Max = 10, DiedBy = then });

        Assert.Equal([1L], selected.Letters.Select(letter => letter.Place));
    }

    [Fact]
    public async Task Group_with_as_many_dead_letters_as_it_may_have_gets_no_first_deliveries()
    {
        await using var stage = await DeliveryStage.StartAsync(setting => setting with { MaxDeadLetters = 2 });
        var consumer = await RejectAsync(stage, "1", "2");
        await stage.PublishAsync("q", "3");
        consumer.Credit(10);
        await stage.IdleAsync();
        var whileFull = consumer.Output.TakeMessages();
        var shown = await stage.Loops.Administration.ShowGroupAsync(stage.Queue("q"), Group);

        await stage.Loops.Operating.PurgeAsync(stage.Queue("q"), Group, [1]);
        await stage.IdleAsync();

        Assert.Empty(whileFull);
        Assert.True(shown is { IsDeadFull: true, IsPaused: true });
        Assert.Equal(["3"], consumer.Output.TakeMessages().Select(message => message.Body));
    }

    private static Task<DeadSelected> SelectAsync(DeliveryStage stage, string text, long after, int max)
    {
        Assert.True(DeadFilter.TryParse(text, out var filter, out _));
        return stage.Loops.DeadLetters.SelectAsync(stage.Queue("q"), Group, new DeadSelection { Filter = filter, After = after, Max = max });
    }

    private static async Task<TestConsumer> RejectAsync(DeliveryStage stage, params string[] bodies)
    {
        var consumer = await stage.SubscribeAsync("q");
        await stage.PublishAsync("q", bodies);
        consumer.Credit((uint)bodies.Length);
        await stage.IdleAsync();
        await consumer.SettleAsync(SettleVerb.Reject, consumer.Output.TakeMessages());
        return consumer;
    }
}
