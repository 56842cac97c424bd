using Forewave.Broker.Delivery.Administration;
using Forewave.Protocol;
using Xunit.Abstractions;

namespace Forewave.Broker.Tests.Delivery;

public sealed class DeliveryLimitTests(ITestOutputHelper output)
{
    private static readonly GroupName Name = new("g");

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    [InlineData(4)]
    public async Task Rate_is_kept_in_every_span_of_time_and_reached_when_there_is_a_backlog(int seed)
    {
        output.WriteLine($"seed {seed}");
        var random = new Random(seed);
        double rate = new[] { 0.5, 3, 40, 900 }[seed - 1];
        int burst = random.Next(1, 30);
        await using var stage = await DeliveryStage.StartAsync();
        var consumers = new[] { await stage.SubscribeAsync("q"), await stage.SubscribeAsync("q") };
        await SetAsync(stage, new GroupChange { Rate = rate, Burst = burst });
        consumers[0].Credit(100_000);
        await stage.PublishAsync("q", DeliveryStage.Bodies(5_000));
        List<(double Time, int Messages)> handedOut = [];
        double now = 0;

        for (int i = 0; i < 200; i++)
        {
            var step = TimeSpan.FromSeconds(random.NextDouble() * 5 / rate);
            if (random.Next(3) == 0)
                consumers[1].Receive(random.Next(1, 50), TimeSpan.FromSeconds(3));
            await stage.MoveAsync(step);
            now += step.TotalSeconds;
            handedOut.Add((now, consumers.Sum(consumer => consumer.Output.TakeMessages().Count)));
        }

        int total = handedOut.Sum(one => one.Messages);
        for (int from = 0; from < handedOut.Count; from++)
        {
            int sum = 0;
            for (int to = from; to < handedOut.Count; to++)
            {
                sum += handedOut[to].Messages;
                double begin = from == 0 ? 0 : handedOut[from - 1].Time;
                Assert.True(sum <= burst + (handedOut[to].Time - begin) * rate + 0.01, $"{sum} from {begin} to {handedOut[to].Time}");
            }
        }
        Assert.InRange(total, Math.Min(5_000, now * rate) * 0.55 - burst, 5_000);
    }

    [Fact]
    public async Task Rate_counts_redeliveries_too()
    {
        await using var stage = await DeliveryStage.StartAsync();
        var consumer = await stage.SubscribeAsync("q");
        consumer.Credit(1_000);
        await SetAsync(stage, new GroupChange { Rate = 10, Burst = 1 });
        await stage.PublishAsync("q", DeliveryStage.Bodies(3));
        for (int i = 0; i < 3; i++)
            await stage.MoveAsync(TimeSpan.FromMilliseconds(110));

        await consumer.SettleAsync(SettleVerb.Release, consumer.Output.TakeMessages());
        int atOnce = consumer.Output.Messages.Count;
        await stage.MoveAsync(TimeSpan.FromMilliseconds(110));

        Assert.InRange(atOnce, 0, 1);
        Assert.InRange(consumer.Output.Messages.Count, 1, 2);
    }

    [Fact]
    public async Task Long_pull_is_answered_when_the_rate_lets_a_message_out()
    {
        await using var stage = await DeliveryStage.StartAsync();
        var consumer = await stage.SubscribeAsync("q");
        await SetAsync(stage, new GroupChange { Rate = 1 });
        await stage.PublishAsync("q", DeliveryStage.Bodies(5));
        consumer.Receive(1);
        await stage.IdleAsync();

        consumer.Receive(5, TimeSpan.FromSeconds(30));
        await stage.MoveAsync(TimeSpan.FromMilliseconds(900));
        int early = consumer.Output.Messages.Count;
        await stage.MoveAsync(TimeSpan.FromMilliseconds(200));

        Assert.Equal((1, 2), (early, consumer.Output.Messages.Count));
    }

    [Fact]
    public async Task Consumers_have_no_more_leases_than_the_group_allows()
    {
        await using var stage = await DeliveryStage.StartAsync();
        var one = await stage.SubscribeAsync("q");
        var two = await stage.SubscribeAsync("q");
        await SetAsync(stage, new GroupChange { MaxLeased = 5 });
        one.Credit(100);
        two.Credit(100);
        await stage.PublishAsync("q", DeliveryStage.Bodies(100));

        var first = one.Output.Messages.Concat(two.Output.Messages).ToList();
        var (ones, twos) = (one.Output.TakeMessages(), two.Output.TakeMessages());
        await one.SettleAsync(SettleVerb.Ack, ones.Concat(twos).Take(2));
        int after = one.Output.TakeMessages().Count + two.Output.TakeMessages().Count;
        await stage.MoveAsync(TimeSpan.FromSeconds(31));
        int expired = one.Output.Messages.Count + two.Output.Messages.Count;

        Assert.Equal((5, 2, 5), (first.Count, after, expired));
        Assert.All([ones.Count, twos.Count], count => Assert.InRange(count, 1, 4));
    }

    [Fact]
    public async Task Limit_is_changed_live_and_taken_away()
    {
        await using var stage = await DeliveryStage.StartAsync();
        var consumer = await stage.SubscribeAsync("q");
        await SetAsync(stage, new GroupChange { Rate = 0.001, MaxLeased = 1 });
        consumer.Credit(1_000);
        await stage.PublishAsync("q", DeliveryStage.Bodies(100));
        int slow = consumer.Output.Messages.Count;

        await SetAsync(stage, new GroupChange { MaxLeased = 50 });
        await SetAsync(stage, new GroupChange { Rate = 100, Burst = 10 });
        await stage.MoveAsync(TimeSpan.FromSeconds(0.2));
        int faster = consumer.Output.Messages.Count;
        await SetAsync(stage, new GroupChange { Rate = 0, MaxLeased = 0 });

        Assert.Equal(1, slow);
        Assert.InRange(faster, 2, 40);
        Assert.Equal(100, consumer.Output.Messages.Count);
    }

    [Theory]
    [InlineData(-1.0, 0, 0)]
    [InlineData(0.0001, 0, 0)]
    [InlineData(double.NaN, 0, 0)]
    [InlineData(2_000_000.0, 0, 0)]
    [InlineData(1.0, -1, 0)]
    [InlineData(1.0, 0, 1_000_001)]
    public async Task Limit_beyond_its_bounds_is_refused_and_changes_nothing(double rate, int burst, int maxLeased)
    {
        await using var stage = await DeliveryStage.StartAsync();
        await stage.SubscribeAsync("q");
        var change = new GroupChange { Rate = rate, Burst = burst, MaxLeased = maxLeased };

        var refused = await Assert.ThrowsAsync<ForewaveException>(
            () => stage.Loops.Administration.SetGroupAsync(stage.Queue("q"), Name, change));

        Assert.Equal(ErrorCode.FieldInvalid, refused.Code);
        Assert.True((await stage.Loops.Administration.ShowGroupAsync(stage.Queue("q"), Name)).Options.Limit.IsNone);
    }

    private static async Task SetAsync(DeliveryStage stage, GroupChange change)
    {
        await stage.Loops.Administration.SetGroupAsync(stage.Queue("q"), Name, change);
        await stage.IdleAsync();
    }
}
