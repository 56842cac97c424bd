using Forewave.Broker.Delivery.Administration;
using Forewave.Broker.Delivery.Subscriptions;
using Forewave.Protocol;

namespace Forewave.Broker.Tests.Delivery;

public sealed class ConsumerRoleTests
{
    private static readonly GroupName Name = new("g");

    [Fact]
    public async Task Consumer_is_told_its_role_when_it_subscribes_and_when_it_takes_over()
    {
        await using var stage = await DeliveryStage.StartAsync();
        await SetAsync(stage, isSingleActive: true);
        var one = await stage.SubscribeAsync("q", change: Hearing);
        var two = await stage.SubscribeAsync("q", change: Hearing);

        one.Disconnect();
        await stage.IdleAsync();

        Assert.Equal([ConsumerRole.Active], one.Output.Roles);
        Assert.Equal([ConsumerRole.Passive, ConsumerRole.Active], two.Output.Roles);
    }

    [Fact]
    public async Task Consumers_are_told_when_the_group_gets_or_loses_its_one_active_consumer()
    {
        await using var stage = await DeliveryStage.StartAsync();
        var one = await stage.SubscribeAsync("q", change: Hearing);
        var two = await stage.SubscribeAsync("q", change: Hearing);

        await SetAsync(stage, isSingleActive: true);
        await SetAsync(stage, isSingleActive: false);

        Assert.Equal([ConsumerRole.Shared, ConsumerRole.Active, ConsumerRole.Shared], one.Output.Roles);
        Assert.Equal([ConsumerRole.Shared, ConsumerRole.Passive, ConsumerRole.Shared], two.Output.Roles);
    }

    [Fact]
    public async Task Consumer_that_comes_back_in_its_place_stays_active_and_the_others_hear_nothing()
    {
        await using var stage = await DeliveryStage.StartAsync();
        await SetAsync(stage, isSingleActive: true);
        var one = await stage.SubscribeAsync("q", change: Hearing);
        var two = await stage.SubscribeAsync("q", change: Hearing);

        var again = await stage.SubscribeAsync("q", change: other => new Subscription
        {
            Handle = other.Handle, Queue = other.Queue, GroupName = other.GroupName, ConsumerId = one.Subscription.ConsumerId,
            ConsumerName = "c", Output = other.Output, HearsRoles = true,
        });

        Assert.Equal([ConsumerRole.Active], again.Output.Roles);
        Assert.Equal([ConsumerRole.Passive], two.Output.Roles);
    }

    [Fact]
    public async Task Consumer_that_did_not_ask_hears_of_its_role_only_when_it_subscribes()
    {
        await using var stage = await DeliveryStage.StartAsync();
        await SetAsync(stage, isSingleActive: true);
        var one = await stage.SubscribeAsync("q");
        var two = await stage.SubscribeAsync("q");

        one.Disconnect();
        await stage.IdleAsync();

        Assert.Equal([ConsumerRole.Passive], two.Output.Roles);
    }

    private static Subscription Hearing(Subscription one) => new()
    {
        Handle = one.Handle, Queue = one.Queue, GroupName = one.GroupName, ConsumerId = one.ConsumerId, ConsumerName = one.ConsumerName,
        Output = one.Output, HearsRoles = true,
    };

    private static async Task SetAsync(DeliveryStage stage, bool isSingleActive)
    {
        await stage.Loops.Administration.SetGroupAsync(
            stage.Queue("q"), Name, new GroupChange { Create = true, SingleActive = isSingleActive });
        await stage.IdleAsync();
    }
}
