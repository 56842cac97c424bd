using Forewave.Broker.Delivery.Administration;
using Forewave.Broker.Delivery.Groups;
using Forewave.Broker.Delivery.Subscriptions;
using Forewave.Protocol;

namespace Forewave.Broker.Tests.Delivery;

/// <summary>Messages that are delivered in time, or not at all.</summary>
public sealed class ExpiryTests
{
    private static readonly GroupName Group = new("g");
    private static readonly TimeSpan Second = TimeSpan.FromSeconds(1);

    [Fact]
    public async Task Expired_message_is_not_delivered_and_counted()
    {
        await using var stage = await DeliveryStage.StartAsync();
        var consumer = await stage.SubscribeAsync("q");
        await stage.PublishAsync("q", "1~1000", "2", "3~3000", "4~1000");
        await stage.MoveAsync(Second * 2);

        consumer.Credit(100);
        await stage.IdleAsync();
        var got = consumer.Output.TakeMessages();
        await consumer.SettleAsync(SettleVerb.Ack, got);

        Assert.Equal(["2", "3~3000"], Bodies(got));
        Assert.Equal((2L, 0, 5L), (stage.StateOf(consumer).Expired, stage.StateOf(consumer).Cursor.Unsettled, stage.StateOf(consumer).Cursor.ReadOffset));
    }

    [Theory]
    [InlineData(1_000, true)]
    [InlineData(1_001, false)]
    public async Task Message_is_delivered_up_to_its_last_millisecond(int milliseconds, bool comes)
    {
        await using var stage = await DeliveryStage.StartAsync();
        var consumer = await stage.SubscribeAsync("q");
        await stage.PublishAsync("q", "1~1000");
        await stage.MoveAsync(TimeSpan.FromMilliseconds(milliseconds));

        consumer.Credit(1);
        await stage.IdleAsync();

        Assert.Equal(comes ? 1 : 0, consumer.Output.TakeMessages().Count);
    }

    [Fact]
    public async Task Message_without_a_time_lives_as_its_queue_says_and_one_with_a_time_as_it_says()
    {
        await using var stage = await DeliveryStage.StartAsync();
        stage.QueueLife = Second;
        var consumer = await stage.SubscribeAsync("q");
        await stage.PublishAsync("q", "1", "2");
        await stage.PublishAsync("q", "3", "4~5000");
        stage.QueueLife = TimeSpan.Zero;
        await stage.PublishAsync("q", "5");
        await stage.MoveAsync(Second * 2);

        consumer.Credit(100);
        await stage.IdleAsync();

        Assert.Equal(["4~5000", "5"], Bodies(consumer.Output.TakeMessages()));
        Assert.Equal(3, stage.StateOf(consumer).Expired);
    }

    [Fact]
    public async Task Leased_message_stays_leased_and_does_not_come_again()
    {
        await using var stage = await DeliveryStage.StartAsync();
        var consumer = await stage.SubscribeAsync("q");
        await stage.PublishAsync("q", "acked~5000", "released~5000", "nacked~5000", "silent~5000");
        consumer.Credit(100);
        await stage.IdleAsync();
        var got = consumer.Output.TakeMessages();
        await stage.MoveAsync(Second * 10);

        int leased = stage.StateOf(consumer).Cursor.Leased;
        var acked = await consumer.SettleAsync(SettleVerb.Ack, got[..1]);
        await consumer.SettleAsync(SettleVerb.Release, got[1..2]);
        await consumer.SettleAsync(SettleVerb.Nack, got[2..3], Second);
        await stage.MoveAsync(Second * 60);

        Assert.Equal(4, leased);
        Assert.Empty(acked);
        Assert.Empty(consumer.Output.TakeMessages());
        Assert.Equal((3L, 0), (stage.StateOf(consumer).Expired, stage.StateOf(consumer).Cursor.Unsettled));
    }

    [Fact]
    public async Task Key_goes_on_in_order_when_its_first_message_expires()
    {
        await using var stage = await DeliveryStage.StartAsync();
        var consumer = await stage.SubscribeAsync("q");
        await stage.PublishAsync("q", "a|1", "a|2~5000", "a|3", "a|4");
        consumer.Credit(100);
        await stage.IdleAsync();
        var first = consumer.Output.TakeMessages();
        await stage.MoveAsync(Second * 6);

        await consumer.SettleAsync(SettleVerb.Ack, first);

        Assert.Equal(["a|1"], Bodies(first));
        Assert.Equal(["a|3"], Bodies(consumer.Output.TakeMessages()));
        Assert.Equal(1, stage.StateOf(consumer).Expired);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Expired_message_is_a_dead_letter_where_the_group_says_so(bool handedOut)
    {
        await using var stage = await DeliveryStage.StartAsync();
        await stage.Loops.Administration.SetGroupAsync(
            stage.Queue("q"), Group, new GroupChange { Create = true, OnExpired = ExpiredPolicy.DeadLetter });
        var consumer = await stage.SubscribeAsync("q");
        await stage.PublishAsync("q", "1", "a|2~5000", "3", "a|4");
        consumer.Credit(handedOut ? 4u : 0u);
        await stage.IdleAsync();
        var first = consumer.Output.TakeMessages();
        if (handedOut)
            await consumer.SettleAsync(SettleVerb.Nack, first[1..2], Second, "no");
        await stage.MoveAsync(Second * 6);

        consumer.Credit(10);
        await stage.IdleAsync();
        var second = consumer.Output.TakeMessages();
        var letter = await stage.Loops.DeadLetters.ShowAsync(stage.Queue("q"), Group, 1);

        Assert.Equal(handedOut ? ["1", "a|2~5000", "3"] : [], Bodies(first));
        Assert.Equal(handedOut ? ["a|4"] : ["1", "3", "a|4"], Bodies(second));
        Assert.Equal((2L, "expired", 8), (letter.Letter.Offset, letter.Letter.Reason, letter.BodyBytes));
        Assert.Equal(handedOut ? ["no"] : [], letter.Letter.History.Select(attempt => attempt.Reason));
        Assert.Equal((0L, 1L), (stage.StateOf(consumer).Expired, stage.StateOf(consumer).Dead.Count));
    }

    [Fact]
    public async Task Redriven_message_does_not_expire()
    {
        await using var stage = await DeliveryStage.StartAsync();
        var consumer = await stage.SubscribeAsync("q");
        await stage.PublishAsync("q", "1~5000");
        consumer.Credit(10);
        await stage.IdleAsync();
        await consumer.SettleAsync(SettleVerb.Reject, consumer.Output.TakeMessages());
        await stage.MoveAsync(Second * 6);

        await stage.Loops.Operating.RedriveAsync(stage.Queue("q"), Group, null);
        await stage.IdleAsync();

        var again = consumer.Output.TakeMessages();
        Assert.Equal(["1~5000"], Bodies(again));
        await consumer.SettleAsync(SettleVerb.Nack, again, Second);
        await stage.MoveAsync(Second * 2);
        Assert.Equal(["1~5000"], Bodies(consumer.Output.TakeMessages()));
    }

    [Fact]
    public async Task Filter_goes_before_expiry_and_each_group_counts_its_own()
    {
        await using var stage = await DeliveryStage.StartAsync();
        var all = await stage.SubscribeAsync("q", "all");
        var some = await stage.SubscribeAsync("q", "some", one => new Subscription
        {
            Handle = one.Handle, Queue = one.Queue, GroupName = one.GroupName, ConsumerId = one.ConsumerId, ConsumerName = one.ConsumerName,
            Output = one.Output, Filter = new TagFilter("x"),
        });
        await stage.PublishAsync("q", "x:1~1000", "y:2~1000", "x:3");
        await stage.MoveAsync(Second * 2);

        all.Credit(10);
        some.Credit(10);
        await stage.IdleAsync();

        Assert.Equal((2L, 1L), (stage.StateOf(all).Expired, stage.StateOf(some).Expired));
        Assert.Equal(["x:3"], Bodies(some.Output.TakeMessages()));
    }

    [Fact]
    public async Task Nothing_expires_where_it_is_switched_off()
    {
        await using var stage = await DeliveryStage.StartAsync(setting => setting with { Expires = false });
        var consumer = await stage.SubscribeAsync("q");
        await stage.PublishAsync("q", "1~1000");
        await stage.MoveAsync(Second * 2);

        consumer.Credit(10);
        await stage.IdleAsync();

        Assert.Equal(["1~1000"], Bodies(consumer.Output.TakeMessages()));
    }

    [Fact]
    public async Task Large_backlog_expires_and_the_rest_comes()
    {
        await using var stage = await DeliveryStage.StartAsync();
        stage.QueueLife = Second;
        for (int i = 0; i < 50; i++)
            await stage.PublishAsync("q", DeliveryStage.Bodies(1_000));
        var consumer = await stage.SubscribeAsync("q");
        await stage.MoveAsync(Second * 2);
        await stage.PublishAsync("q", "fresh");

        consumer.Credit(10);
        await stage.IdleAsync();

        Assert.Equal(["fresh"], Bodies(consumer.Output.TakeMessages()));
        Assert.Equal(50_000, stage.StateOf(consumer).Expired);
        Assert.Equal(1, stage.StateOf(consumer).Cursor.BlockCount);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(65_535)]
    [InlineData(65_537)]
    [InlineData(3_600_000)]
    [InlineData(315_360_000_000)]
    public void Life_that_a_queue_gives_is_kept_and_hardly_longer(long milliseconds)
    {
        long kept = QueueLife.MillisecondsOf(QueueLife.BitsOf(TimeSpan.FromMilliseconds(milliseconds)) | (1UL << 43) - 1);

        Assert.InRange(kept, milliseconds, milliseconds + milliseconds / 32_768 + 1);
    }

    private static IEnumerable<string> Bodies(IEnumerable<DeliveredMessage> messages) => messages.Select(message => message.Body);
}
