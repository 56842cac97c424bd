using System.Collections.Concurrent;
using System.Diagnostics.Metrics;
using Forewave.Broker.Tests.Fakes;
using Forewave.Storage.Files.Disk;
using Google.Protobuf;
using V1 = Forewave.Protocol.V1;

namespace Forewave.Broker.Tests.Scheduling;

public sealed class LatenessTests
{
    [Fact]
    public async Task Lateness_is_counted_from_the_due_time_for_what_came_due_while_the_broker_was_down()
    {
        var disk = new MemoryDisk();
        var time = new MovedTime();
        await using (var before = await TestEngine.StartOnDiskAsync(disk, time))
        {
            var publisher = await ScheduleClient.OpenAsync(before);
            await publisher.PublishAsync(
                ScheduleClient.Delayed("a", TimeSpan.FromMinutes(30)), ScheduleClient.Delayed("b", TimeSpan.FromMinutes(31)));
        }
        ConcurrentQueue<(object? Scope, double Seconds)> measured = [];
        using var listener = ListenTo("forewave.scheduled.lateness", measured);

        time.Move(TimeSpan.FromMinutes(32));
        await using var engine = await TestEngine.StartOnDiskAsync(disk, time);
        var client = await ScheduleClient.OpenAsync(engine);
        var received = await client.ReceiveAsync(2);
        var lateness = await LatenessOfAsync(engine, measured, 2);

        Assert.Equal(["a", "b"], received.Select(message => message.Name));
        Assert.Equal([60d, 120d], lateness.Order());
    }

    [Fact]
    public async Task Scheduled_message_is_on_time_when_a_thousand_retries_are_due_with_it()
    {
        var time = new MovedTime();
        ConcurrentQueue<(object? Scope, double Seconds)> measured = [];
        using var listener = ListenTo("forewave.scheduled.lateness", measured);
        await using var engine = await TestEngine.StartOnDiskAsync(new MemoryDisk(), time);
        var client = await ScheduleClient.OpenAsync(engine);
        await client.PublishAsync([.. Enumerable.Range(0, 1_000).Select(number => ScheduleClient.Named($"{number}"))]);
        await client.ReceiveAsync(1_000);
        var half = TimeSpan.FromMinutes(30);
        int nacked = await NackAllAsync(engine, half);
        await client.PublishAsync(ScheduleClient.Delayed("due", half));

        await client.MoveAsync(half);
        var received = await client.ReceiveAsync(1);
        var lateness = await LatenessOfAsync(engine, measured, 1);

        Assert.Equal(1_000, nacked);
        Assert.Equal(["due"], received.Select(message => message.Name));
        Assert.Equal([0d], lateness);
    }

    /// <summary>Another group takes all that is there, and gives it back for later.</summary>
    private static async Task<int> NackAllAsync(TestEngine engine, TimeSpan delay)
    {
        var client = await TestClient.GreetedAsync(engine.Engine, 8 * 1024 * 1024);
        var subscribe = new V1.Subscribe { Queue = ScheduleClient.Queue, Group = "failing", ConsumerId = ByteString.CopyFrom([.. new byte[15], 2]) };
        var subscribed = (await client.AskAsync(new() { Subscribe = subscribe })).Subscribed;
        var receive = new V1.Receive { Subscription = subscribed.Subscription, MaxMessages = 1_000 };
        int nacked = 0;
        while ((await client.AskAsync(new() { Receive = receive })).Delivery.Runs is { Count: > 0 } runs)
        {
            var settle = new V1.Settle();
            settle.Runs.AddRange(runs.Select(run => new V1.SettleRun
            {
                QueueId = subscribed.QueueId, GroupId = subscribed.GroupId, FirstOffset = run.FirstOffset, Count = (uint)run.Messages.Count,
                Attempt = run.Attempt, Epoch = run.Epoch, Verb = V1.SettleVerb.Nack, Delay = (ulong)delay.TotalMilliseconds,
            }));
            await client.AskAsync(new() { Settle = settle });
            nacked += runs.Sum(run => run.Messages.Count);
        }
        return nacked;
    }

    /// <summary>What was measured, once it is so much: a message may be received before it is counted.</summary>
    private static async Task<double[]> LatenessOfAsync(TestEngine engine, ConcurrentQueue<(object? Scope, double Seconds)> measured, int count)
    {
        double[] own;
        while ((own = [.. measured.Where(one => one.Scope == engine.Meters).Select(one => one.Seconds)]).Length < count)
            await Task.Yield();
        return own;
    }

    private static MeterListener ListenTo(string histogram, ConcurrentQueue<(object? Scope, double Seconds)> measured)
    {
        var listener = new MeterListener
        {
            InstrumentPublished = (instrument, self) =>
            {
                if (instrument.Name == histogram)
                    self.EnableMeasurementEvents(instrument);
            },
        };
        listener.SetMeasurementEventCallback<double>((instrument, value, _, _) => measured.Enqueue((instrument.Meter.Scope, value)));
        listener.Start();
        return listener;
    }
}
