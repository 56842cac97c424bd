using Forewave.Protocol;
using Xunit.Abstractions;

namespace Forewave.Broker.Tests.Delivery;

/// <summary>
/// Random publishes, pulls, settlements, checkpoints and restarts against a list: a pull gets messages of the highest priority
/// that there are, those that come again first, each in its order.
/// </summary>
public sealed class PriorityModelTests(ITestOutputHelper output)
{
    private sealed class Entry
    {
        public required string Body { get; init; }

        public bool IsOut { get; set; }

        public uint Next { get; set; } = 1;

        public int Priority => Body[0] - '0';
    }

    [Theory]
    [InlineData(201)]
    [InlineData(202)]
    [InlineData(203)]
    [InlineData(204)]
    [InlineData(205)]
    public async Task Pulls_get_the_highest_priority_when_commands_are_random(int seed)
    {
        output.WriteLine($"seed {seed}");
        var random = new Random(seed);
        var entries = new List<Entry>();
        var leased = new List<DeliveredMessage>();
        var stage = await DeliveryStage.StartAsync();
        var consumer = await stage.SubscribeAsync("q");
        int published = 0;
        for (int step = 0; step < 250; step++)
        {
            switch (random.Next(step < 200 ? 9 : 6) + (step < 200 ? 0 : 3))
            {
                case 0 or 1 or 2:
                    int priority = random.Next(10);
                    string[] bodies = [.. Enumerable.Range(0, random.Next(1, 40)).Select(_ => $"{priority}!{++published}")];
                    await stage.PublishAsync("q", bodies);
                    entries.AddRange(bodies.Select(body => new Entry { Body = body }));
                    break;
                case 3 or 4:
                    await ReceiveAsync(stage, consumer, random.Next(1, 60), entries, leased);
                    break;
                case 5 or 6 or 7 when leased.Count > 0:
                    await SettleAsync(consumer, random, entries, leased);
                    break;
                case 8 when random.Next(3) == 0:
                    await stage.CheckpointAsync();
                    break;
                case 8 when random.Next(4) == 0:
                    stage = await stage.RestartAsync();
                    consumer = await stage.SubscribeAsync("q");
                    break;
                default:
                    break;
            }
        }
        while (entries.Count > 0)
        {
            await ReceiveAsync(stage, consumer, 1_000, entries, leased);
            await consumer.SettleAsync(SettleVerb.Ack, leased);
            entries.RemoveAll(entry => entry.IsOut);
            leased.Clear();
        }
        Assert.Equal(0, (await stage.Loops.Administration.ShowGroupAsync(stage.Queue("q"), new GroupName("g"))).Unread);
        await stage.DisposeAsync();
    }

    private static async Task ReceiveAsync(
        DeliveryStage stage, TestConsumer consumer, int max, List<Entry> entries, List<DeliveredMessage> leased)
    {
        int? highest = entries.Where(entry => !entry.IsOut).Select(entry => (int?)entry.Priority).Max();
        consumer.Receive(max);
        await stage.MoveAsync(TimeSpan.FromMilliseconds(1));
        var got = consumer.Output.TakeMessages();
        Assert.All(got, message => Assert.Equal(highest, message.Body[0] - '0'));
        Assert.InRange(got.Count, highest is null ? 0 : 1, max);
        Assert.Equal(got.Select(message => message.Offset).Distinct(), got.Select(message => message.Offset));
        foreach (var message in got)
        {
            var entry = entries.Single(entry => entry.Body == message.Body);
            Assert.Equal((false, entry.Next), (entry.IsOut, message.Attempt));
            entry.IsOut = true;
            leased.Add(message);
        }
    }

    private static async Task SettleAsync(TestConsumer consumer, Random random, List<Entry> entries, List<DeliveredMessage> leased)
    {
        int from = random.Next(leased.Count);
        var chosen = leased.GetRange(from, random.Next(1, leased.Count - from + 1));
        leased.RemoveRange(from, chosen.Count);
        bool acks = random.Next(3) > 0;
        Assert.Empty(await consumer.SettleAsync(acks ? SettleVerb.Ack : SettleVerb.Release, chosen));
        foreach (var entry in chosen.Select(message => entries.Single(entry => entry.Body == message.Body)))
            entry.IsOut = false;
        if (acks)
            entries.RemoveAll(entry => chosen.Exists(message => message.Body == entry.Body));
    }
}
