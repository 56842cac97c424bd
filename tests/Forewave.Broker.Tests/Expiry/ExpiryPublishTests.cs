using Forewave.Broker.Tests.Fakes;
using Forewave.Broker.Tests.Scheduling;
using Forewave.Protocol;
using Forewave.Storage.Files.Disk;
using V1 = Forewave.Protocol.V1;

namespace Forewave.Broker.Tests.Expiry;

/// <summary>Times of expiry from the publish to the delivery, with delays and recurring messages.</summary>
public sealed class ExpiryPublishTests
{
    private static readonly TimeSpan Minute = TimeSpan.FromMinutes(1);

    [Fact]
    public async Task Message_expires_at_its_time_or_so_long_after_its_arrival()
    {
        await using var engine = await TestEngine.StartOnDiskAsync(new MemoryDisk(), new MovedTime());
        var client = await ScheduleClient.OpenAsync(engine);

        await client.PublishAsync(Living("a", Minute), Living("b", Minute * 3), Until("c", client.In(Minute)), Until("d", client.In(Minute * 3)));
        await client.MoveAsync(Minute * 2);

        Assert.Equal(["b", "d"], (await client.ReceiveAsync(2)).Select(message => message.Name));
        Assert.Equal(2ul, (await GroupAsync(client)).Expired);
    }

    [Fact]
    public async Task Delayed_message_expires_so_long_after_its_arrival_and_not_before_it_is_due()
    {
        await using var engine = await TestEngine.StartOnDiskAsync(new MemoryDisk(), new MovedTime());
        var client = await ScheduleClient.OpenAsync(engine);
        var early = ScheduleClient.Delayed("early", Minute * 5);
        early.TimeToLive = (ulong)(Minute * 4).TotalMilliseconds;
        var late = ScheduleClient.Delayed("late", Minute * 5);
        late.TimeToLive = (ulong)(Minute * 6).TotalMilliseconds;

        var refused = await client.PublishAsync(ScheduleClient.Named("with it"), early);
        var stored = await client.PublishAsync(late, ScheduleClient.Delayed("for ever", Minute * 5));
        await client.MoveAsync(Minute * 7);

        Assert.Equal((uint)ErrorCode.ExpiryTimeInvalid, refused.Error.Number);
        Assert.Null(stored.Error);
        Assert.Equal(["for ever"], (await client.ReceiveAsync(1)).Select(message => message.Name));
        Assert.Equal(1ul, (await GroupAsync(client)).Expired);
    }

    [Fact]
    public async Task Message_whose_delivery_and_expiry_passed_on_the_way_is_stored_with_its_batch_and_expires_at_once()
    {
        await using var engine = await TestEngine.StartOnDiskAsync(new MemoryDisk(), new MovedTime());
        var client = await ScheduleClient.OpenAsync(engine);
        var late = Until("late", client.In(TimeSpan.FromSeconds(-4)));
        late.DeliverAt = client.In(TimeSpan.FromSeconds(-10));
        var wrong = Until("wrong", client.In(TimeSpan.FromSeconds(-10)));
        wrong.DeliverAt = client.In(TimeSpan.FromSeconds(-4));

        var stored = await client.PublishAsync(late, ScheduleClient.Named("beside it"));
        var refused = await client.PublishAsync(wrong);
        await client.MoveAsync(Minute);
        var received = await client.ReceiveAsync(1);
        // What was to be delivered at a time comes out beside the clock, and perhaps behind the other one.
        await client.HasComeOutAsync(messages: 2);
        while ((await GroupAsync(client)).Expired == 0)
            received.AddRange(await client.PollAsync());

        Assert.Null(stored.Error);
        Assert.Equal((uint)ErrorCode.ExpiryTimeInvalid, refused.Error.Number);
        Assert.Equal(["beside it"], received.Select(message => message.Name));
        Assert.Equal(1ul, (await GroupAsync(client)).Expired);
    }

    [Fact]
    public async Task Message_that_would_be_due_after_its_time_is_not_rescheduled_nor_is_any_other()
    {
        await using var engine = await TestEngine.StartOnDiskAsync(new MemoryDisk(), new MovedTime());
        var client = await ScheduleClient.OpenAsync(engine);
        var message = ScheduleClient.Delayed("living", Minute * 5);
        message.TimeToLive = (ulong)(Minute * 6).TotalMilliseconds;
        var stored = await client.PublishAsync(ScheduleClient.Delayed("other", Minute * 5), message);
        var choice = new V1.ScheduledChoice();
        choice.Positions.Add(stored.FirstPosition);
        choice.Positions.Add(stored.FirstPosition + 1);

        var refused = await client.AskAsync(new() { Reschedule = new() { Choice = choice, Delay = (ulong)(Minute * 7).TotalMilliseconds } });
        await client.MoveAsync(Minute * 5);

        Assert.Equal((uint)ErrorCode.ExpiryTimeInvalid, refused.Error.Number);
        Assert.Equal(["other", "living"], (await client.ReceiveAsync(2)).Select(received => received.Name));
    }

    [Fact]
    public async Task Life_of_a_queue_counts_from_the_due_time_and_for_what_comes_after_it_was_set()
    {
        await using var engine = await TestEngine.StartOnDiskAsync(new MemoryDisk(), new MovedTime());
        var client = await ScheduleClient.OpenAsync(engine);
        await client.PublishAsync(ScheduleClient.Named("before"), ScheduleClient.Delayed("delayed", Minute * 5));

        var set = await client.AskAsync(new() { SetQueue = new() { Queue = ScheduleClient.Queue, Options = new() { TimeToLive = 60_000 } } });
        await client.PublishAsync(ScheduleClient.Named("after"), Living("own", Minute * 6));
        await client.MoveAsync(Minute * 2);
        var first = await client.ReceiveAsync(2);
        await client.MoveAsync(Minute * 3);
        var second = await client.ReceiveAsync(1);

        Assert.Equal(60_000ul, set.Administration.Queue.Options.TimeToLive);
        Assert.Equal(["before", "own"], first.Select(message => message.Name));
        Assert.Equal(["delayed"], second.Select(message => message.Name));
        Assert.Equal(1ul, (await GroupAsync(client)).Expired);
    }

    [Fact]
    public async Task Recurring_message_lives_from_each_time_it_comes_out()
    {
        await using var engine = await TestEngine.StartOnDiskAsync(new MemoryDisk(), new MovedTime());
        var client = await ScheduleClient.OpenAsync(engine);
        await SetRecurringAsync(client, Living("report", Minute));

        await client.MoveAsync(Minute * 6);
        var inTime = await client.ReceiveAsync(1);
        await client.MoveAsync(Minute * 10);
        await client.HasComeOutAsync(messages: 2);
        await client.MoveAsync(Minute * 2);
        var tooLate = await client.PollAsync();
        var refused = await SetRecurringAsync(client, Until("report", client.In(Minute * 60)));

        Assert.Equal(["report"], inTime.Select(message => message.Name));
        Assert.Empty(tooLate);
        Assert.Equal((uint)ErrorCode.FieldInvalid, refused.Error.Number);
    }

    [Fact]
    public async Task Times_that_cannot_be_are_refused_and_nothing_is_stored()
    {
        await using var engine = await TestEngine.StartOnDiskAsync(new MemoryDisk(), new MovedTime());
        var client = await ScheduleClient.OpenAsync(engine);
        var tenYears = Limits.MaxDelay;

        var past = await client.PublishAsync(Until("past", client.In(-Minute * 11)));
        var far = await client.PublishAsync(Until("far", client.In(tenYears + Minute)));
        var tooLong = await client.PublishAsync(Living("long", tenYears + TimeSpan.FromMilliseconds(1)));
        var late = await client.PublishAsync(Until("late", client.In(-Minute)), ScheduleClient.Named("beside it"));
        var queue = await client.AskAsync(new() { SetQueue = new() { Queue = ScheduleClient.Queue, Options = new() { TimeToLive = ulong.MaxValue } } });

        Assert.All([past, far, tooLong], answer => Assert.Equal((uint)ErrorCode.ExpiryTimeInvalid, answer.Error.Number));
        Assert.Equal((uint)ErrorCode.ExpiryTimeInvalid, queue.Error.Number);
        Assert.Null(late.Error);
        Assert.Equal(["beside it"], (await client.ReceiveAsync(1)).Select(message => message.Name));
    }

    [Fact]
    public async Task Expiry_is_refused_and_what_was_published_comes_when_it_is_off()
    {
        var disk = new MemoryDisk();
        var time = new MovedTime();
        await using (var on = await TestEngine.StartOnDiskAsync(disk, time))
            await (await ScheduleClient.OpenAsync(on)).PublishAsync(Living("a", Minute));
        await using var off = await TestEngine.StartOnDiskAsync(disk, time, new BrokerOptions { StopGrace = TimeSpan.Zero, Expiry = false });
        var client = await ScheduleClient.OpenAsync(off, producerNumber: 2);

        var refused = await client.PublishAsync(Living("b", Minute));
        await client.MoveAsync(Minute * 2);

        Assert.Equal((uint)ErrorCode.CapabilityMissing, refused.Error.Number);
        Assert.Equal(["a"], (await client.ReceiveAsync(1)).Select(message => message.Name));
    }

    [Fact]
    public async Task Settings_survive_a_restart()
    {
        var disk = new MemoryDisk();
        var time = new MovedTime();
        await using (var before = await TestEngine.StartOnDiskAsync(disk, time))
        {
            var client = await ScheduleClient.OpenAsync(before);
            await client.AskAsync(new() { SetQueue = new() { Queue = ScheduleClient.Queue, Options = new() { TimeToLive = 60_000 } } });
            await client.AskAsync(new()
            {
                SetGroup = new() { Queue = ScheduleClient.Queue, Group = "billing", Options = new() { OnExpired = V1.ExpiredPolicy.DeadLetter } },
            });
            await client.PublishAsync(ScheduleClient.Named("a"));
        }

        await using var after = await TestEngine.StartOnDiskAsync(disk, time);
        var again = await ScheduleClient.OpenAsync(after, producerNumber: 2);
        await again.MoveAsync(Minute * 2);
        await again.PublishAsync(ScheduleClient.Named("b"));

        Assert.Equal(["b"], (await again.ReceiveAsync(1)).Select(message => message.Name));
        Assert.Equal((V1.ExpiredPolicy.DeadLetter, 1ul), ((await GroupAsync(again)).Options.OnExpired, (await GroupAsync(again)).Dead));
    }

    private static V1.Message Living(string name, TimeSpan life)
    {
        var message = ScheduleClient.Named(name);
        message.TimeToLive = (ulong)life.TotalMilliseconds;
        return message;
    }

    private static V1.Message Until(string name, ulong time)
    {
        var message = ScheduleClient.Named(name);
        message.ExpiresAt = time;
        return message;
    }

    private static async Task<V1.GroupDetails> GroupAsync(ScheduleClient client) =>
        (await client.AskAsync(new() { ShowGroup = new() { Queue = ScheduleClient.Queue, Group = "billing" } })).Administration.Group;

    private static Task<V1.ServerFrame> SetRecurringAsync(ScheduleClient client, V1.Message message) => client.AskAsync(new()
    {
        SetRecurring = new()
        {
            Queue = ScheduleClient.Queue, Name = "r", Cron = "*/10 * * * *", Message = Google.Protobuf.ByteString.CopyFrom(Google.Protobuf.MessageExtensions.ToByteArray(message)),
        },
    });
}
