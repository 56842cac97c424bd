using Forewave.Broker.Tests.Fakes;
using Forewave.Protocol;
using Forewave.Storage.Files.Disk.Simulation;
using Google.Protobuf;
using V1 = Forewave.Protocol.V1;

namespace Forewave.Broker.Tests.Engine;

public sealed class FullDiskTests
{
    // The log still has its segments; the next block of the queue index finds no room.
    [Fact]
    public async Task Publishes_are_refused_and_a_group_drains_when_nothing_is_free_on_the_disk()
    {
        var disk = new PowerLossDisk(seed: 1);
        await using var engine = await TestEngine.StartOnDiskAsync(disk, new MovedTime());
        var client = await TestClient.GreetedAsync(engine.Engine);
        uint producer = await client.OpenProducerAsync(new ProducerId(11));
        uint queue = await client.OpenQueueAsync("orders");
        disk.Faults.CapacityBytes = 0;

        ulong published = 0;
        var answer = await client.PublishAsync(producer, TestClient.Batch(queue, 1, 1));
        while (answer.Error is null)
        {
            Assert.InRange(++published, 1ul, 10_000ul);
            answer = await client.PublishAsync(producer, TestClient.Batch(queue, published + 1, 1));
        }
        ulong drained = await DrainAsync(client);

        Assert.Equal((uint)ErrorCode.DiskFull, answer.Error.Number);
        Assert.True(published > 61);
        Assert.Equal(published, drained);
        Assert.Null(engine.Engine.Failure);
        disk.Faults.CapacityBytes = long.MaxValue;
    }

    [Fact]
    public async Task Stop_that_finds_no_room_for_its_checkpoint_is_no_failure()
    {
        var store = new FakeStore { RefusesCheckpoints = 1 };
        var engine = await TestEngine.StartAsync(store);
        await (await TestClient.GreetedAsync(engine.Engine)).OpenQueueAsync("orders");

        await engine.DisposeAsync();

        Assert.Equal(0, store.RefusesCheckpoints);
        Assert.Null(engine.Engine.Failure);
    }

    private static async Task<ulong> DrainAsync(TestClient client)
    {
        var subscribe = new V1.Subscribe
        {
            Queue = "orders", Group = "billing", ConsumerId = ByteString.CopyFrom([.. new byte[15], 1]), ConsumerName = "c",
        };
        var subscribed = (await client.AskAsync(new V1.ClientFrame { Subscribe = subscribe })).Subscribed;
        ulong drained = 0;
        while (true)
        {
            var receive = new V1.Receive { Subscription = subscribed.Subscription, MaxMessages = 1_000 };
            var delivery = (await client.AskAsync(new V1.ClientFrame { Receive = receive })).Delivery;
            if (delivery.Runs.Count == 0)
                return drained;
            var settle = new V1.Settle();
            foreach (var run in delivery.Runs)
            {
                drained += (ulong)run.Messages.Count;
                settle.Runs.Add(new V1.SettleRun
                {
                    QueueId = subscribed.QueueId, GroupId = subscribed.GroupId, FirstOffset = run.FirstOffset,
                    Count = (uint)run.Messages.Count, Attempt = run.Attempt, Epoch = run.Epoch, Verb = V1.SettleVerb.Ack,
                });
            }
            Assert.Empty((await client.AskAsync(new V1.ClientFrame { Settle = settle })).Settled.Failures);
        }
    }
}
