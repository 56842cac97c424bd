using Forewave.Broker.Tests.Fakes;
using Forewave.Protocol;
using Forewave.Storage.Files.Disk;
using Google.Protobuf;
using V1 = Forewave.Protocol.V1;

namespace Forewave.Broker.Tests.Scheduling;

public sealed class ScheduleTests
{
    private static readonly TimeSpan HalfAnHour = TimeSpan.FromMinutes(30);

    [Fact]
    public async Task Delayed_message_is_delivered_when_its_time_has_come_and_not_before()
    {
        await using var engine = await TestEngine.StartOnDiskAsync(new MemoryDisk(), new MovedTime());
        var client = await ScheduleClient.OpenAsync(engine);
        ulong published = client.In(TimeSpan.Zero);

        var receipt = await client.PublishAsync(ScheduleClient.Delayed("late", HalfAnHour), ScheduleClient.Named("now"));
        var first = await client.ReceiveAsync(1);
        await client.MoveAsync(HalfAnHour - TimeSpan.FromMilliseconds(1));
        var early = await client.PollAsync();
        ulong waiting = await client.ScheduledAsync();
        await client.MoveAsync(TimeSpan.FromMilliseconds(1));
        var late = await client.ReceiveAsync(1);

        Assert.Equal(["now"], first.Select(message => message.Name));
        Assert.Empty(early);
        Assert.Equal(1ul, waiting);
        Assert.Equal(["late"], late.Select(message => message.Name));
        Assert.Equal((receipt.FirstPosition, 2ul, published), (late[0].Position, late[0].Offset, late[0].PublishTime));
        Assert.Equal(0ul, await client.ScheduledAsync());
    }

    [Fact]
    public async Task Messages_of_one_batch_come_in_the_order_of_their_times()
    {
        await using var engine = await TestEngine.StartOnDiskAsync(new MemoryDisk(), new MovedTime());
        var client = await ScheduleClient.OpenAsync(engine);
        int[] hours = [7, 3, 50, 3, 30, 60, 1];
        var messages = hours.Select(hour => new V1.Message { Body = ByteString.CopyFromUtf8($"{hour}"), DeliverAt = client.In(TimeSpan.FromHours(hour)) });

        var receipt = await client.PublishAsync([.. messages]);
        await client.MoveAsync(TimeSpan.FromHours(60));
        var received = await client.ReceiveAsync(hours.Length);

        Assert.Equal(["1", "3", "3", "7", "30", "50", "60"], received.Select(message => message.Name));
        Assert.Equal(
            new ulong[] { 6, 1, 3, 0, 4, 2, 5 }.Select(place => receipt.FirstPosition + place), received.Select(message => message.Position));
        Assert.Equal(Enumerable.Range(1, 7).Select(offset => (ulong)offset), received.Select(message => message.Offset));
    }

    [Fact]
    public async Task Cancelled_message_never_comes()
    {
        await using var engine = await TestEngine.StartOnDiskAsync(new MemoryDisk(), new MovedTime());
        var client = await ScheduleClient.OpenAsync(engine);
        var receipt = await client.PublishAsync(ScheduleClient.Delayed("a", HalfAnHour), ScheduleClient.Delayed("b", HalfAnHour));

        var cancelled = await client.CancelAsync(receipt.FirstPosition);
        var again = await client.CancelAsync(receipt.FirstPosition);
        var unknown = await client.CancelAsync(receipt.FirstPosition + 1_000);
        await client.MoveAsync(HalfAnHour);
        var received = await client.ReceiveAsync(1);
        var after = await client.CancelAsync(receipt.FirstPosition + 1);

        Assert.Equal(1ul, cancelled.Administration.Changed.Messages);
        Assert.Equal((uint)ErrorCode.NotScheduled, again.Error.Number);
        Assert.Equal((uint)ErrorCode.MessageNotFound, unknown.Error.Number);
        Assert.Equal((uint)ErrorCode.NotScheduled, after.Error.Number);
        Assert.Equal(["b"], received.Select(message => message.Name));
        Assert.Empty(await client.PollAsync());
    }

    [Fact]
    public async Task Command_with_one_id_that_is_not_scheduled_changes_nothing()
    {
        await using var engine = await TestEngine.StartOnDiskAsync(new MemoryDisk(), new MovedTime());
        var client = await ScheduleClient.OpenAsync(engine);
        var receipt = await client.PublishAsync(ScheduleClient.Delayed("a", HalfAnHour), ScheduleClient.Named("b"));

        var refused = await client.CancelAsync(receipt.FirstPosition, receipt.FirstPosition + 1);

        Assert.Equal((uint)ErrorCode.NotScheduled, refused.Error.Number);
        Assert.Equal(1ul, await client.ScheduledAsync());
    }

    [Fact]
    public async Task Rescheduled_message_comes_at_its_new_time_under_its_id()
    {
        var disk = new MemoryDisk();
        var time = new MovedTime();
        var engine = await TestEngine.StartOnDiskAsync(disk, time);
        var client = await ScheduleClient.OpenAsync(engine);
        ulong published = client.In(TimeSpan.Zero);
        var receipt = await client.PublishAsync(ScheduleClient.Delayed("a", HalfAnHour), ScheduleClient.Delayed("b", HalfAnHour));
        await client.MoveAsync(TimeSpan.FromMinutes(1));

        await RescheduleAsync(client, receipt.FirstPosition, TimeSpan.FromHours(2));
        await RescheduleAsync(client, receipt.FirstPosition, TimeSpan.FromDays(41));
        await client.MoveAsync(TimeSpan.FromHours(3));
        var first = await client.ReceiveAsync(1);
        await engine.DisposeAsync();
        time.Move(TimeSpan.FromDays(41));
        await using var again = await TestEngine.StartOnDiskAsync(disk, time);
        client = await ScheduleClient.OpenAsync(again, 2);
        var second = await client.ReceiveAsync(1);

        Assert.Equal("b", first[0].Name);
        Assert.Equal(("a", receipt.FirstPosition, published), (second[0].Name, second[0].Position, second[0].PublishTime));
        Assert.Empty(await client.PollAsync());
    }

    [Fact]
    public async Task Messages_are_cancelled_and_rescheduled_by_key()
    {
        await using var engine = await TestEngine.StartOnDiskAsync(new MemoryDisk(), new MovedTime());
        var client = await ScheduleClient.OpenAsync(engine);
        await client.PublishAsync(Keyed("a", "x"), Keyed("b", "y", "x"), Keyed("c", "z"), Keyed("d", "w"));

        var cancelled = await client.AskAsync(new() { CancelScheduled = new() { Choice = ByKey("x") } });
        var moved = await client.AskAsync(new() { Reschedule = new() { Choice = ByKey("z"), Delay = 1_000 } });
        var unknown = await client.AskAsync(new() { CancelScheduled = new() { Choice = ByKey("u") } });
        await client.MoveAsync(TimeSpan.FromSeconds(1));
        var first = await client.ReceiveAsync(1);
        await client.MoveAsync(HalfAnHour);
        var second = await client.ReceiveAsync(1);

        Assert.Equal((2ul, 1ul), (cancelled.Administration.Changed.Messages, moved.Administration.Changed.Messages));
        Assert.Equal((uint)ErrorCode.NotScheduled, unknown.Error.Number);
        Assert.Equal(("c", "d"), (first[0].Name, second[0].Name));
        Assert.Empty(await client.PollAsync());
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Repeat_of_a_timed_message_gets_its_receipt_long_after_its_time(bool isRestarted)
    {
        var time = new MovedTime();
        var disk = new MemoryDisk();
        var engine = await TestEngine.StartOnDiskAsync(disk, time);
        var client = await ScheduleClient.OpenAsync(engine);
        V1.Message[] messages = [Timed("a", client.In(HalfAnHour)), Timed("b", client.In(HalfAnHour))];
        var first = await client.PublishAsync(messages);
        await client.MoveAsync(TimeSpan.FromHours(1));
        if (isRestarted)
        {
            await engine.DisposeAsync();
            engine = await TestEngine.StartOnDiskAsync(disk, time);
            client = await ScheduleClient.OpenAsync(engine);
        }
        await using var running = engine;

        var repeated = await client.RepeatAsync(isRestarted ? 0 : 2, messages);
        var partly = await client.RepeatAsync(1, messages[1], Timed("c", client.In(-HalfAnHour)));

        Assert.Null(repeated.Error);
        Assert.Equal((first.FirstPosition, true), (repeated.FirstPosition, repeated.Duplicate));
        Assert.Equal((uint)ErrorCode.DeliveryTimeInvalid, partly.Error.Number);
        Assert.Equal([first.FirstPosition + 1, 0], partly.Positions);
        Assert.Equal(["a", "b"], (await client.ReceiveAsync(2)).Select(message => message.Name));
        Assert.Empty(await client.PollAsync());
    }

    [Fact]
    public async Task Time_that_is_not_possible_is_refused_and_stores_nothing()
    {
        await using var engine = await TestEngine.StartOnDiskAsync(new MemoryDisk(), new MovedTime());
        var client = await ScheduleClient.OpenAsync(engine);
        var tenYears = TimeSpan.FromDays(3_650);

        var past = await client.PublishAsync(ScheduleClient.Named("a"), new V1.Message { DeliverAt = client.In(-TimeSpan.FromMinutes(1)) });
        var far = await client.PublishAsync(new V1.Message { DeliverAt = client.In(tenYears + TimeSpan.FromMilliseconds(1)) });
        var tooLong = await client.PublishAsync(ScheduleClient.Delayed("a", tenYears + TimeSpan.FromMilliseconds(1)));
        var negative = await client.PublishAsync(new V1.Message { Delay = ulong.MaxValue });
        var longest = await client.PublishAsync(ScheduleClient.Delayed("longest", tenYears));

        Assert.All([past, far, tooLong], answer => Assert.Equal((uint)ErrorCode.DeliveryTimeInvalid, answer.Error.Number));
        Assert.Equal((uint)ErrorCode.FieldInvalid, negative.Error.Number);
        Assert.Null(longest.Error);
        Assert.Equal(1ul, await client.ScheduledAsync());
        Assert.Empty(await client.PollAsync());
    }

    [Fact]
    public async Task What_came_due_while_the_broker_was_down_comes_at_once()
    {
        var disk = new MemoryDisk();
        var time = new MovedTime();
        var engine = await TestEngine.StartOnDiskAsync(disk, time);
        var client = await ScheduleClient.OpenAsync(engine);
        var receipt = await client.PublishAsync(
            ScheduleClient.Delayed("b", HalfAnHour), ScheduleClient.Delayed("a", TimeSpan.FromMinutes(5)), ScheduleClient.Delayed("c", TimeSpan.FromDays(3)));
        await client.AskAsync(new() { Reschedule = new() { Choice = ById(receipt.FirstPosition), Delay = 60_000 * 40 } });
        await engine.DisposeAsync();
        time.Move(TimeSpan.FromHours(2));

        await using var again = await TestEngine.StartOnDiskAsync(disk, time);
        client = await ScheduleClient.OpenAsync(again, 2);
        var received = await client.ReceiveAsync(2);
        var cancelled = await client.CancelAsync(receipt.FirstPosition + 2);

        Assert.Equal(["a", "b"], received.Select(message => message.Name));
        Assert.Equal([receipt.FirstPosition + 1, receipt.FirstPosition], received.Select(message => message.Position));
        Assert.Equal(1ul, cancelled.Administration.Changed.Messages);
    }

    [Fact]
    public async Task Scheduled_messages_are_listed_by_pages_in_the_order_of_their_times()
    {
        await using var engine = await TestEngine.StartOnDiskAsync(new MemoryDisk(), new MovedTime());
        var client = await ScheduleClient.OpenAsync(engine);
        int[] days = [9, 2, 400, 5, 100, 1, 9];
        await client.PublishAsync([.. days.Select(day => ScheduleClient.Delayed($"{day}", TimeSpan.FromDays(day)))]);

        List<ulong> listed = [];
        var page = await client.ListAsync(max: 3);
        while (true)
        {
            listed.AddRange(page.Messages.Select(message => (message.DeliverAt - message.PublishTime) / 86_400_000));
            if (!page.More)
                break;
            page = await client.ListAsync(page.Messages[^1], 3);
        }

        Assert.Equal(days.Order().Select(day => (ulong)day), listed);
        Assert.Equal(7ul, page.Total);
    }

    [Theory]
    [InlineData(10_000, 1_000)]
    [InlineData(200_000, 8)]
    public async Task Burst_of_one_second_comes_whole_and_in_order_when_it_is_larger_than_memory(int messages, int bodyBytes)
    {
        await using var engine = await TestEngine.StartOnDiskAsync(new MemoryDisk(), new MovedTime());
        var client = await ScheduleClient.OpenAsync(engine);
        var random = new Random(17);
        for (int i = 0; i < messages; i += 500)
        {
            var answer = await client.PublishAsync([.. Enumerable.Range(0, 500).Select(n =>
            {
                var delay = HalfAnHour + TimeSpan.FromMilliseconds(random.Next(1_000));
                return ScheduleClient.Delayed($"{delay.TotalMilliseconds:00000000}".PadRight(bodyBytes), delay);
            })]);
            Assert.Null(answer.Error);
        }

        await client.MoveAsync(HalfAnHour + TimeSpan.FromSeconds(1));
        var received = await client.ReceiveAsync(messages);

        Assert.Equal(received.Select(message => message.Name).Order(StringComparer.Ordinal), received.Select(message => message.Name));
        Assert.Equal(messages, received.DistinctBy(message => message.Position).Count());
    }

    [Fact]
    public async Task Large_and_small_messages_of_one_instant_all_come_in_order()
    {
        await using var engine = await TestEngine.StartOnDiskAsync(new MemoryDisk(), new MovedTime());
        var client = await ScheduleClient.OpenAsync(engine);
        ulong due = client.In(HalfAnHour);
        for (int i = 0; i < 24; i++)
        {
            string[] names = [.. Enumerable.Range(0, 200).Select(n => $"{i:00} {n:000}".PadRight(n == 99 ? 500_000 : 10))];
            var answer = await client.PublishAsync([.. names.Select(name => new V1.Message { Body = ByteString.CopyFromUtf8(name), DeliverAt = due })]);
            Assert.Null(answer.Error);
        }

        await client.MoveAsync(HalfAnHour);
        var received = await client.ReceiveAsync(4_800);

        Assert.Equal(received.Select(message => message.Name).Order(), received.Select(message => message.Name));
        Assert.Equal(4_800, received.DistinctBy(message => message.Position).Count());
    }

    [Fact]
    public async Task Scheduling_that_is_switched_off_is_refused_and_brings_out_what_was_scheduled()
    {
        var disk = new MemoryDisk();
        var time = new MovedTime();
        var engine = await TestEngine.StartOnDiskAsync(disk, time);
        var client = await ScheduleClient.OpenAsync(engine);
        await client.PublishAsync(ScheduleClient.Delayed("a", HalfAnHour));
        await engine.DisposeAsync();

        await using var again = await TestEngine.StartOnDiskAsync(disk, time, new BrokerOptions { Scheduling = false, StopGrace = TimeSpan.Zero });
        client = await ScheduleClient.OpenAsync(again, 2);
        var refused = await client.PublishAsync(ScheduleClient.Delayed("b", HalfAnHour));
        await client.MoveAsync(HalfAnHour);
        var received = await client.ReceiveAsync(1);

        Assert.Equal((uint)ErrorCode.CapabilityMissing, refused.Error.Number);
        Assert.Equal("a", received[0].Name);
    }

    [Fact]
    public async Task Deleted_queue_takes_its_scheduled_messages_along()
    {
        await using var engine = await TestEngine.StartOnDiskAsync(new MemoryDisk(), new MovedTime());
        var client = await ScheduleClient.OpenAsync(engine);
        await client.PublishAsync(ScheduleClient.Delayed("a", HalfAnHour));

        await client.AskAsync(new() { DeleteQueue = new() { Queue = ScheduleClient.Queue } });
        client = await ScheduleClient.OpenAsync(engine, 2);
        await client.MoveAsync(HalfAnHour);
        await client.PublishAsync(ScheduleClient.Delayed("b", TimeSpan.FromSeconds(1)));
        await client.MoveAsync(TimeSpan.FromSeconds(1));
        var received = await client.ReceiveAsync(1);

        Assert.Equal(("b", 1ul), (received[0].Name, received[0].Offset));
        Assert.Equal(0ul, await client.ScheduledAsync());
    }

    [Fact]
    public async Task Rescheduling_of_more_bytes_than_one_append_takes_is_refused_and_changes_nothing()
    {
        await using var engine = await TestEngine.StartOnDiskAsync(new MemoryDisk(), new MovedTime());
        var client = await ScheduleClient.OpenAsync(engine);
        for (int i = 0; i < 5; i++)
            Assert.Null((await client.PublishAsync(Keyed($"{i}".PadRight(200_000), "k"))).Error);
        var before = await client.ListAsync();

        var refused = await client.AskAsync(new() { Reschedule = new() { Choice = ByKey("k"), Delay = 1_000 } });
        var after = await client.ListAsync();
        await client.MoveAsync(TimeSpan.FromSeconds(1));
        var early = await client.PollAsync();

        Assert.Equal((uint)ErrorCode.TooManyMessages, refused.Error.Number);
        Assert.Equal(before, after);
        Assert.Empty(early);
    }

    [Fact]
    public async Task List_gives_the_first_messages_of_a_page_and_the_details_of_all()
    {
        await using var engine = await TestEngine.StartOnDiskAsync(new MemoryDisk(), new MovedTime());
        var client = await ScheduleClient.OpenAsync(engine);
        for (int i = 0; i < 5; i++)
            Assert.Null((await client.PublishAsync(Keyed($"{i}".PadRight(400_000), $"k{i}"))).Error);

        var list = (await client.AskAsync(new() { ListScheduled = new() { Queue = ScheduleClient.Queue, WithMessages = true } })).Administration.Scheduled;

        Assert.Equal([true, true, true, false, false], list.Messages.Select(message => !message.Message.IsEmpty));
        Assert.Equal(["k0", "k1", "k2", "k3", "k4"], list.Messages.Select(message => message.Keys.Single()));
        Assert.All(list.Messages, message => Assert.Equal(400_000u, message.BodyBytes));
    }

    private static V1.Message Keyed(string name, params string[] keys)
    {
        var message = ScheduleClient.Delayed(name, HalfAnHour);
        message.Keys.AddRange(keys);
        return message;
    }

    private static V1.ScheduledChoice ByKey(string key) => new() { Queue = ScheduleClient.Queue, Key = key };

    private static V1.ScheduledChoice ById(ulong position) => new() { Positions = { position } };

    private static V1.Message Timed(string name, ulong deliverAt)
    {
        var message = ScheduleClient.Named(name);
        message.DeliverAt = deliverAt;
        return message;
    }

    private static async Task RescheduleAsync(ScheduleClient client, ulong position, TimeSpan delay)
    {
        var answer = await client.AskAsync(new() { Reschedule = new() { Choice = ById(position), DeliverAt = client.In(delay) } });
        Assert.Equal(1ul, answer.Administration.Changed.Messages);
    }
}
