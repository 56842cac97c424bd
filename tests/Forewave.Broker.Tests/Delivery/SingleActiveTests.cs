using Forewave.Broker.Delivery.Administration;
using Forewave.Broker.Delivery.Subscriptions;
using Forewave.Protocol;

namespace Forewave.Broker.Tests.Delivery;

public sealed class SingleActiveTests
{
    private static readonly GroupName Name = new("g");

    [Fact]
    public async Task One_consumer_gets_everything()
    {
        await using var stage = await DeliveryStage.StartAsync();
        var (one, two) = await StartAsync(stage);

        for (int i = 0; i < 5; i++)
            await stage.PublishAsync("q", DeliveryStage.Bodies(10));

        Assert.Equal((50, 0), (one.Output.Messages.Count, two.Output.Messages.Count));
        Assert.Equal((one.Subscription.ConsumerName, one.Subscription.ConsumerId), (await ShowAsync(stage)).Active);
    }

    [Fact]
    public async Task Next_consumer_takes_over_at_once_when_the_active_one_leaves_and_releases()
    {
        await using var stage = await DeliveryStage.StartAsync();
        var (one, two) = await StartAsync(stage);
        await stage.PublishAsync("q", DeliveryStage.Bodies(3));

        one.Unsubscribe(release: true);
        await stage.IdleAsync();
        await stage.PublishAsync("q", "m4");

        Assert.Equal(["m1", "m2", "m3", "m4"], two.Output.Messages.Select(message => message.Body));
        Assert.Equal(two.Subscription.ConsumerId, (await ShowAsync(stage)).Active?.Id);
    }

    [Fact]
    public async Task Next_consumer_gets_messages_only_when_the_leases_of_the_lost_one_ended()
    {
        await using var stage = await DeliveryStage.StartAsync();
        var (one, two) = await StartAsync(stage);
        await stage.PublishAsync("q", DeliveryStage.Bodies(3));

        one.Disconnect();
        await stage.PublishAsync("q", "m4");
        await stage.MoveAsync(TimeSpan.FromSeconds(29));
        int early = two.Output.Messages.Count;
        await stage.MoveAsync(TimeSpan.FromSeconds(2));

        Assert.Equal(0, early);
        Assert.Equal(
            [("m1", 2u), ("m2", 2u), ("m3", 2u), ("m4", 1u)], two.Output.Messages.Select(message => (message.Body, message.Attempt)));
    }

    [Fact]
    public async Task Next_consumer_goes_on_when_the_last_lease_of_the_lost_one_is_settled()
    {
        await using var stage = await DeliveryStage.StartAsync();
        var (one, two) = await StartAsync(stage);
        await stage.PublishAsync("q", DeliveryStage.Bodies(2));
        var held = one.Output.TakeMessages();
        one.Disconnect();
        await stage.PublishAsync("q", "m3");

        await two.SettleAsync(SettleVerb.Ack, held.Take(1));
        int early = two.Output.Messages.Count;
        await two.SettleAsync(SettleVerb.Ack, held.Skip(1));

        Assert.Equal(0, early);
        Assert.Equal(["m3"], two.Output.Messages.Select(message => message.Body));
    }

    [Fact]
    public async Task Active_consumer_stays_active_when_it_comes_again_before_its_old_connection_is_missed()
    {
        await using var stage = await DeliveryStage.StartAsync();
        var (one, two) = await StartAsync(stage);
        await stage.PublishAsync("q", "m1");

        var again = stage.Prepare("q", change: subscription => new Subscription
        {
            Handle = subscription.Handle, Queue = subscription.Queue, GroupName = subscription.GroupName,
            ConsumerId = one.Subscription.ConsumerId, ConsumerName = "again", Output = subscription.Output,
            Returning = true,
        });
        await stage.SubscribeAsync(again);
        again.Credit(100);
        await stage.IdleAsync();

        Assert.Equal(["m1"], again.Output.Messages.Select(message => message.Body));
        Assert.Empty(two.Output.Messages);
        Assert.Equal("again", (await ShowAsync(stage)).Active?.Name);
    }

    [Fact]
    public async Task All_consumers_get_messages_again_when_the_option_is_taken_away()
    {
        await using var stage = await DeliveryStage.StartAsync();
        var (one, two) = await StartAsync(stage);

        await stage.Loops.Administration.SetGroupAsync(stage.Queue("q"), Name, new GroupChange { SingleActive = false });
        await stage.PublishAsync("q", DeliveryStage.Bodies(100));

        Assert.All([one, two], consumer => Assert.NotEmpty(consumer.Output.Messages));
        Assert.Null((await ShowAsync(stage)).Active);
    }

    [Fact]
    public async Task Active_consumer_may_ack_up_to_an_offset_though_others_wait()
    {
        await using var stage = await DeliveryStage.StartAsync();
        var (one, two) = await StartAsync(stage);
        await stage.PublishAsync("q", DeliveryStage.Bodies(10));
        var last = one.Output.Messages[^1];

        var others = await two.SettleAsync(two.Item(SettleVerb.AckUpTo, last));
        var failures = await one.SettleAsync(one.Item(SettleVerb.AckUpTo, last));

        Assert.Equal([ErrorCode.NotTheOnlyConsumer], others.Select(failure => failure.Error));
        Assert.Empty(failures);
        Assert.Equal(0, stage.StateOf(one).Cursor.Unsettled);
    }

    private static async Task<(TestConsumer One, TestConsumer Two)> StartAsync(DeliveryStage stage)
    {
        var one = await stage.SubscribeAsync("q");
        var two = await stage.SubscribeAsync("q");
        await stage.Loops.Administration.SetGroupAsync(stage.Queue("q"), Name, new GroupChange { SingleActive = true });
        one.Credit(1_000);
        two.Credit(1_000);
        await stage.IdleAsync();
        return (one, two);
    }

    private static Task<GroupDetails> ShowAsync(DeliveryStage stage) =>
        stage.Loops.Administration.ShowGroupAsync(stage.Queue("q"), Name);
}
