using Forewave.Broker.Tests.Fakes;
using Forewave.Protocol;
using Forewave.Storage.Files.Disk;
using Google.Protobuf;
using V1 = Forewave.Protocol.V1;

namespace Forewave.Broker.Tests.Search;

public sealed class SearchTests
{
    private static V1.FindMessages Everything => new();

    [Fact]
    public async Task Message_is_found_by_each_of_its_keys_right_after_its_receipt()
    {
        await using var engine = await TestEngine.StartOnDiskAsync(new MemoryDisk(), new MovedTime());
        var client = await SearchClient.ConnectAsync(engine.Engine, 1);
        await client.PublishAsync(SearchClient.Message("0"), SearchClient.Message("1", "a"), SearchClient.Message("2", "b", "a"));
        var receipt = await client.PublishAsync(SearchClient.Message("3", "c"));

        var found = await client.FindAsync(new() { Key = "c" });

        Assert.Equal(["1", "2"], await client.BodiesAsync(new() { Key = "a" }));
        Assert.Equal(["2"], await client.BodiesAsync(new() { Key = "b" }));
        Assert.Empty(await client.BodiesAsync(new() { Key = "d" }));
        var message = Assert.Single(found);
        Assert.Equal(new MessageId(new PartitionNumber(0), LogPosition.FromBits(receipt.FirstPosition)).ToString(), message.MessageId);
        Assert.Equal(4ul, message.Offset);
        Assert.Equal(["c"], message.Keys);
        Assert.Equal(1u, message.BodyBytes);
        Assert.True(message.Message.IsEmpty);
    }

    [Fact]
    public async Task Message_that_rotted_before_its_keys_were_read_is_told_of_by_every_search()
    {
        var disk = new MemoryDisk();
        var time = new MovedTime();
        await using (var engine = await TestEngine.StartOnDiskAsync(disk, time))
        {
            var publisher = await SearchClient.ConnectAsync(engine.Engine, 1);
            foreach (string body in (string[])["first", "rotten one", "last"])
                await publisher.PublishAsync(SearchClient.Message(body, "k"));
        }
        Rot(disk, "rotten one");
        await using var running = await TestEngine.StartOnDiskAsync(disk, time);
        var client = await SearchClient.ConnectAsync(running.Engine, 2);

        var first = await client.StepAsync(new() { Queue = SearchClient.Queue, Key = "k" });
        while (running.Gauge("forewave.search.keys.backlog") > 0)
            await Task.Yield();
        var indexed = await client.StepAsync(new() { Queue = SearchClient.Queue, Key = "k" });

        Assert.All([first, indexed], step => Assert.Equal((2, 1ul, 0), (step.Messages.Count, step.Damaged, step.Resume.Length)));
    }

    private static void Rot(MemoryDisk disk, string text)
    {
        byte[] sought = System.Text.Encoding.UTF8.GetBytes(text);
        foreach (var path in disk.List(new DiskPath("segments")))
        {
            using var file = disk.Open(path, DiskOpen.OpenExisting);
            byte[] bytes = new byte[file.Length];
            file.Read(0, bytes);
            if (bytes.AsSpan().IndexOf(sought) is >= 0 and var at)
                file.Write(at, "R"u8);
        }
    }

    [Fact]
    public async Task Filters_must_all_hold()
    {
        await using var engine = await TestEngine.StartOnDiskAsync(new MemoryDisk(), new MovedTime());
        var client = await SearchClient.ConnectAsync(engine.Engine, 1);
        await client.PublishAsync(Tagged("1", "paid", ("region", "eu")), Tagged("2", "paid", ("region", "us")), Tagged("3", "sent", ("region", "eu")), Tagged("4", "", ("other", "eu")));

        Assert.Equal(["1", "2"], await client.BodiesAsync(new() { TagFilter = "paid" }));
        Assert.Equal(["1", "2", "3"], await client.BodiesAsync(new() { TagFilter = "paid,sent" }));
        Assert.Equal(["1", "3"], await client.BodiesAsync(new() { Headers = { Header("region", "eu") } }));
        Assert.Equal(["1", "2", "3"], await client.BodiesAsync(new() { Headers = { new V1.HeaderCondition { Name = "region" } } }));
        Assert.Equal(["1"], await client.BodiesAsync(new() { TagFilter = "paid", Key = "k", Headers = { Header("region", "eu") } }));
        Assert.Empty(await client.BodiesAsync(new() { TagFilter = "paid", Key = "k", Headers = { Header("region", "cn") } }));
        Assert.Equal(["1", "2", "3", "4"], await client.BodiesAsync(Everything));
    }

    [Fact]
    public async Task Time_range_has_what_came_from_its_beginning_and_before_its_end()
    {
        var time = new MovedTime();
        await using var engine = await TestEngine.StartOnDiskAsync(new MemoryDisk(), time);
        var client = await SearchClient.ConnectAsync(engine.Engine, 1);
        ulong start = (ulong)time.GetUtcNow().ToUnixTimeMilliseconds();
        for (int i = 0; i < 6; i++)
        {
            await client.PublishAsync(SearchClient.Message($"{i}", "k"));
            time.Move(TimeSpan.FromSeconds(1));
        }

        Assert.Equal(["2", "3"], await client.BodiesAsync(new() { FromTime = start + 2_000, ToTime = start + 4_000 }));
        Assert.Equal(["2", "3"], await client.BodiesAsync(new() { Key = "k", FromTime = start + 2_000, ToTime = start + 4_000 }));
        Assert.Equal(["5"], await client.BodiesAsync(new() { Key = "k", FromTime = start + 4_001 }));
        Assert.Equal(["0"], await client.BodiesAsync(new() { ToTime = start + 1_000 }));
    }

    [Fact]
    public async Task Scheduled_message_is_found_while_it_is_scheduled_and_in_the_queue_when_it_came_out()
    {
        var time = new MovedTime();
        await using var engine = await TestEngine.StartOnDiskAsync(new MemoryDisk(), time);
        var client = await SearchClient.ConnectAsync(engine.Engine, 1);
        var later = SearchClient.Message("later", "k");
        later.Delay = 3_600_000;
        var receipt = await client.PublishAsync(later);
        string id = new MessageId(new PartitionNumber(0), LogPosition.FromBits(receipt.FirstPosition)).ToString();

        var scheduled = Assert.Single(await client.FindAsync(new() { Key = "k" }));
        var browsed = Assert.Single(await client.FindAsync(Everything));
        client = await MoveUntilQueuedAsync(engine, time);
        var queued = Assert.Single(await client.FindAsync(new() { Key = "k" }));

        Assert.Equal((id, 0ul), (scheduled.MessageId, scheduled.Offset));
        Assert.Equal((ulong)time.GetUtcNow().ToUnixTimeMilliseconds() / 3_600_000, scheduled.DeliverAt / 3_600_000);
        Assert.Equal(scheduled, browsed);
        Assert.Equal((id, 1ul, 0ul), (queued.MessageId, queued.Offset, queued.DeliverAt));
        Assert.Equal(scheduled.PublishTime, queued.PublishTime);
    }

    [Fact]
    public async Task Browsing_from_an_offset_gives_what_is_in_the_queue_from_there()
    {
        await using var engine = await TestEngine.StartOnDiskAsync(new MemoryDisk(), new MovedTime());
        var client = await SearchClient.ConnectAsync(engine.Engine, 1);
        var urgent = SearchClient.Message("urgent");
        urgent.Priority = 9;
        await client.PublishAsync(SearchClient.Message("1"), SearchClient.Message("2"), SearchClient.Message("3"), urgent);

        Assert.Equal(["2", "3", "urgent"], await client.BodiesAsync(new() { FromOffset = 2, Max = 1 }));
        Assert.Equal(["urgent"], await client.BodiesAsync(new() { FromOffset = 10ul << 56 | 1 }));
    }

    [Fact]
    public async Task Search_ends_while_others_publish()
    {
        await using var engine = await TestEngine.StartOnDiskAsync(new MemoryDisk(), new MovedTime());
        var client = await SearchClient.ConnectAsync(engine.Engine, 1);
        await client.PublishAsync(SearchClient.Message("1"), SearchClient.Message("2"));
        var find = new V1.FindMessages { Queue = SearchClient.Queue, Max = 1 };
        var step = await client.StepAsync(find);
        find.Resume = step.Resume;
        engine.Time.Move(TimeSpan.FromSeconds(1));
        await client.PublishAsync(SearchClient.Message("3"));

        var last = await client.StepAsync(find);

        Assert.Equal(1ul, step.Left);
        Assert.Single(last.Messages);
        Assert.Empty(last.Resume);
    }

    [Theory]
    [InlineData(ErrorCode.SearchFilterInvalid, "key")]
    [InlineData(ErrorCode.SearchFilterInvalid, "tag")]
    [InlineData(ErrorCode.SearchFilterInvalid, "header")]
    [InlineData(ErrorCode.SearchRangeInvalid, "time")]
    [InlineData(ErrorCode.SearchRangeInvalid, "offset")]
    [InlineData(ErrorCode.ResumeTokenInvalid, "token")]
    [InlineData(ErrorCode.ResumeTokenInvalid, "other token")]
    public async Task Search_that_makes_no_sense_is_refused(ErrorCode expected, string what)
    {
        await using var engine = await TestEngine.StartOnDiskAsync(new MemoryDisk(), new MovedTime());
        var client = await SearchClient.ConnectAsync(engine.Engine, 1);
        await client.PublishAsync(SearchClient.Message("1"), SearchClient.Message("2"));
        string token = (await client.StepAsync(new() { Queue = SearchClient.Queue, Max = 1 })).Resume;
        V1.FindMessages find = what switch
        {
            "key" => new() { Key = new string('x', 256) },
            "tag" => new() { TagFilter = "a,,b" },
            "header" => new() { Headers = { new V1.HeaderCondition() } },
            "time" => new() { FromTime = 5, ToTime = 5 },
            "offset" => new() { FromOffset = 15ul << 56 },
            "token" => new() { Resume = "0102" },
            _ => new() { Resume = token, TagFilter = "a" },
        };
        find.Queue = SearchClient.Queue;

        var answer = await client.AskAsync(new() { FindMessages = find });

        Assert.Equal((uint)expected, answer.Error?.Number);
    }

    [Fact]
    public async Task Look_ups_that_find_nothing_are_limited_and_cost_no_read()
    {
        var options = new BrokerOptions { StopGrace = TimeSpan.Zero, KeyTableEntries = 100 };
        await using var engine = await TestEngine.StartOnDiskAsync(new MemoryDisk(), new MovedTime(), options);
        var client = await SearchClient.ConnectAsync(engine.Engine, 1);
        for (int i = 0; i < 20; i++)
            await client.PublishAsync([.. Enumerable.Range(0, 50).Select(n => SearchClient.Message("", $"key-{i}-{n}"))]);
        var absent = new V1.FindMessages { Queue = SearchClient.Queue, Key = "absent" };
        while (engine.Gauge("forewave.search.keys.backlog") > 0)
            await Task.Yield();
        long reads = engine.Gauge("forewave.log.cold_reads");
        for (int i = 0; i < Limits.MissesAtOnce; i++)
            await client.StepAsync(absent);

        var refused = await client.AskAsync(new() { FindMessages = absent });
        long readsAfter = engine.Gauge("forewave.log.cold_reads");
        engine.Time.Move(TimeSpan.FromSeconds(1));

        Assert.Equal((uint)ErrorCode.TooManyMisses, refused.Error?.Number);
        Assert.Equal(reads, readsAfter);
        Assert.Empty((await client.StepAsync(absent)).Messages);
    }

    [Fact]
    public async Task Search_that_is_switched_off_is_refused_and_finds_what_was_published_meanwhile_when_it_is_on_again()
    {
        var disk = new MemoryDisk();
        var time = new MovedTime();
        await using (var off = await TestEngine.StartOnDiskAsync(disk, time, new BrokerOptions { StopGrace = TimeSpan.Zero, Search = false }))
        {
            var before = await SearchClient.ConnectAsync(off.Engine, 1);
            await before.PublishAsync(SearchClient.Message("1", "a"));
            var answer = await before.AskAsync(new() { FindMessages = new() { Queue = SearchClient.Queue, Key = "a" } });
            Assert.Equal((uint)ErrorCode.CapabilityMissing, answer.Error?.Number);
        }

        await using var on = await TestEngine.StartOnDiskAsync(disk, time);
        var client = await SearchClient.ConnectAsync(on.Engine, 2);

        Assert.Equal(["1"], await client.BodiesAsync(new() { Key = "a" }));
    }

    private static async Task<SearchClient> MoveUntilQueuedAsync(TestEngine engine, MovedTime time)
    {
        time.Move(TimeSpan.FromHours(1));
        // Connected anew: the one before was silent for an hour.
        var client = await SearchClient.ConnectAsync(engine.Engine, 2);
        while ((await client.FindAsync(Everything)).Any(message => message.Offset == 0))
            time.Move(TimeSpan.FromMilliseconds(1));
        return client;
    }

    private static V1.Message Tagged(string body, string tag, (string Name, string Value) header)
    {
        var message = SearchClient.Message(body, "k");
        message.Tag = tag;
        message.Headers.Add(new V1.Header { Name = header.Name, Value = ByteString.CopyFromUtf8(header.Value) });
        return message;
    }

    private static V1.HeaderCondition Header(string name, string value) => new() { Name = name, Value = ByteString.CopyFromUtf8(value) };
}
