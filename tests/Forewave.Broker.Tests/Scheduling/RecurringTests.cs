using Forewave.Broker.Tests.Fakes;
using Forewave.Protocol;
using Forewave.Storage.Files.Disk;
using Google.Protobuf;
using V1 = Forewave.Protocol.V1;

namespace Forewave.Broker.Tests.Scheduling;

public sealed class RecurringTests
{
    [Fact]
    public async Task Recurring_message_comes_each_time_under_an_id_of_its_own()
    {
        await using var engine = await TestEngine.StartOnDiskAsync(new MemoryDisk(), new MovedTime());
        var client = await ScheduleClient.OpenAsync(engine);

        var set = await SetAsync(client, "report", "*/10 * * * *");
        List<Received> received = [];
        for (int i = 0; i < 3; i++)
        {
            await client.MoveAsync(TimeSpan.FromMinutes(10));
            received.AddRange(await client.ReceiveAsync(1));
        }

        Assert.Equal(set.NextMessageId[^16..], $"{received[0].Position:x16}");
        Assert.Equal(["report", "report", "report"], received.Select(message => message.Name));
        Assert.Equal(3, received.DistinctBy(message => message.Position).Count());
        Assert.Empty(await client.PollAsync());
        Assert.Equal(1ul, await client.ScheduledAsync());
    }

    [Fact]
    public async Task Replaced_recurring_message_comes_at_its_new_times_only()
    {
        await using var engine = await TestEngine.StartOnDiskAsync(new MemoryDisk(), new MovedTime());
        var client = await ScheduleClient.OpenAsync(engine);

        await SetAsync(client, "report", "*/10 * * * *");
        await SetAsync(client, "report", "0 5 * * *");
        var all = (await client.AskAsync(new() { ListRecurring = new() })).Administration.Recurring.Messages;
        await client.MoveAsync(TimeSpan.FromMinutes(30));
        var early = await client.PollAsync();
        await client.MoveAsync(TimeSpan.FromHours(2));

        Assert.Equal("0 5 * * *", Assert.Single(all).Cron);
        Assert.Empty(early);
        Assert.Single(await client.ReceiveAsync(1));
    }

    [Fact]
    public async Task Times_that_were_missed_come_once_after_a_restart()
    {
        var disk = new MemoryDisk();
        var time = new MovedTime();
        var engine = await TestEngine.StartOnDiskAsync(disk, time);
        await SetAsync(await ScheduleClient.OpenAsync(engine), "report", "*/10 * * * *");
        await engine.DisposeAsync();
        time.Move(TimeSpan.FromHours(5));

        await using var again = await TestEngine.StartOnDiskAsync(disk, time);
        var client = await ScheduleClient.OpenAsync(again, 2);
        var first = await client.ReceiveAsync(1);
        var rest = await client.PollAsync();
        await client.MoveAsync(TimeSpan.FromMinutes(10));
        var second = await client.ReceiveAsync(1);

        Assert.Empty(rest);
        Assert.Equal((1ul, 2ul), (first[0].Offset, second[0].Offset));
    }

    [Fact]
    public async Task Cancelled_occurrence_is_left_out_and_the_next_one_comes()
    {
        await using var engine = await TestEngine.StartOnDiskAsync(new MemoryDisk(), new MovedTime());
        var client = await ScheduleClient.OpenAsync(engine);
        var set = await SetAsync(client, "report", "*/10 * * * *");

        await client.CancelAsync(Convert.ToUInt64(set.NextMessageId[^16..], 16));
        var next = (await client.ListAsync()).Messages;
        await client.MoveAsync(TimeSpan.FromMinutes(10));
        var left = await client.PollAsync();
        await client.MoveAsync(TimeSpan.FromMinutes(10));

        Assert.Equal(set.NextDeliverAt + 600_000, Assert.Single(next).DeliverAt);
        Assert.Equal("report", next[0].Recurring);
        Assert.Empty(left);
        Assert.Single(await client.ReceiveAsync(1));
    }

    [Fact]
    public async Task Deleted_recurring_message_does_not_come_any_more()
    {
        await using var engine = await TestEngine.StartOnDiskAsync(new MemoryDisk(), new MovedTime());
        var client = await ScheduleClient.OpenAsync(engine);
        await SetAsync(client, "report", "*/10 * * * *");

        await client.AskAsync(new() { DeleteRecurring = new() { Queue = ScheduleClient.Queue, Name = "report" } });
        var again = await client.AskAsync(new() { DeleteRecurring = new() { Queue = ScheduleClient.Queue, Name = "report" } });
        await client.MoveAsync(TimeSpan.FromMinutes(20));

        Assert.Equal((uint)ErrorCode.RecurringNotFound, again.Error.Number);
        Assert.Equal(0ul, await client.ScheduledAsync());
        Assert.Empty(await client.PollAsync());
    }

    [Theory]
    [InlineData("61 * * * *", "", ErrorCode.CronInvalid)]
    [InlineData("0 0 30 2 *", "", ErrorCode.CronInvalid)]
    [InlineData("* * * * *", "Moon/Sea", ErrorCode.TimeZoneUnknown)]
    public async Task Times_that_cannot_be_are_refused(string cron, string zone, ErrorCode expected)
    {
        await using var engine = await TestEngine.StartOnDiskAsync(new MemoryDisk(), new MovedTime());
        var client = await ScheduleClient.OpenAsync(engine);

        var answer = await client.AskAsync(new() { SetRecurring = Recurring("report", cron, zone) });

        Assert.Equal((uint)expected, answer.Error.Number);
        Assert.Equal(0ul, await client.ScheduledAsync());
    }

    private static async Task<V1.RecurringMessage> SetAsync(ScheduleClient client, string name, string cron) =>
        (await client.AskAsync(new() { SetRecurring = Recurring(name, cron, "") })).Administration.Recurring.Messages[0];

    private static V1.SetRecurring Recurring(string name, string cron, string zone) => new()
    {
        Queue = ScheduleClient.Queue, Name = name, Cron = cron, TimeZone = zone, Message = ScheduleClient.Named(name).ToByteString(),
    };
}
