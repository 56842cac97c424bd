using Forewave.Broker.Tests.Fakes;
using Forewave.Protocol;
using Forewave.Storage.Files.Disk;
using Google.Protobuf;
using V1 = Forewave.Protocol.V1;

namespace Forewave.Broker.Tests.Settings;

/// <summary>Settings that are changed live, as connections meet them: one is set, something is refused by its number, and is taken when it is unset.</summary>
public sealed class LiveSettingTests
{
    [Theory]
    [InlineData("groupControl")]
    [InlineData("outcomes")]
    [InlineData("deadOperations")]
    [InlineData("search")]
    [InlineData("search@orders")]
    public async Task Request_is_refused_while_what_it_asks_for_is_off(string name)
    {
        await using var engine = await StartAsync(new MemoryDisk());
        var client = await TestClient.GreetedAsync(engine.Engine);
        await client.OpenQueueAsync("orders");
        V1.AdministrationRequest request = name.Split('@')[0] switch
        {
            "groupControl" => new() { ResetGroup = new V1.ResetGroup { Queue = "orders", Group = "g", Earliest = true } },
            "outcomes" => new() { AwaitOutcome = new V1.AwaitOutcome { MessageId = "0-0000000000000001", Group = "g" } },
            "deadOperations" => new() { BeginDeadOperation = new V1.BeginDeadOperation { Queue = "orders", Group = "g", Action = V1.DeadAction.Redrive } },
            _ => new() { FindMessages = new V1.FindMessages { Queue = "orders", Key = "k" } },
        };
        await SetAsync(client, name, "false");

        uint off = NumberOf(await client.AskAsync(new V1.ClientFrame { Administration = request }));
        await SetAsync(client, name, null);
        uint on = NumberOf(await client.AskAsync(new V1.ClientFrame { Administration = request }));

        Assert.Equal((uint)ErrorCode.CapabilityOff, off);
        Assert.NotEqual((uint)ErrorCode.CapabilityOff, on);
    }

    [Fact]
    public async Task Queues_are_not_made_by_their_first_use_where_that_is_off_for_their_names()
    {
        await using var engine = await StartAsync(new MemoryDisk());
        var client = await TestClient.GreetedAsync(engine.Engine);
        await SetAsync(client, "createQueues@temp.*", "false");

        uint refused = NumberOf(await client.AskAsync(Open("temp.one")));
        uint other = NumberOf(await client.AskAsync(Open("orders")));
        await SetAsync(client, "createQueues@temp.*", null);
        uint after = NumberOf(await client.AskAsync(Open("temp.one")));

        Assert.Equal(((uint)ErrorCode.QueueCreationOff, 0u, 0u), (refused, other, after));
    }

    [Fact]
    public async Task Connection_that_has_used_up_its_quota_waits_and_others_go_on()
    {
        await using var engine = await StartAsync(new MemoryDisk());
        var one = await TestClient.GreetedAsync(engine.Engine);
        var other = await TestClient.GreetedAsync(engine.Engine);
        uint ofOne = await one.OpenProducerAsync(ProducerId.New()), queueOfOne = await one.OpenQueueAsync("orders");
        uint ofOther = await other.OpenProducerAsync(ProducerId.New()), queueOfOther = await other.OpenQueueAsync("orders");
        await SetAsync(one, "connectionMessagesPerSecond", "10");

        var taken = await one.PublishAsync(ofOne, TestClient.Batch(queueOfOne, 1, 11));
        var refused = await one.PublishAsync(ofOne, TestClient.Batch(queueOfOne, 12, 1));
        var beside = await other.PublishAsync(ofOther, TestClient.Batch(queueOfOther, 1, 1));

        Assert.Null(taken.Error);
        // 1.1 seconds' worth were taken, and a tenth may always be ahead.
        Assert.Equal(((uint)ErrorCode.QuotaExceeded, 1_000u), (refused.Error.Number, refused.Error.RetryAfter));
        Assert.Null(beside.Error);
    }

    [Fact]
    public async Task Sdk_is_refused_that_is_older_than_was_set_while_the_broker_runs()
    {
        await using var engine = await StartAsync(new MemoryDisk());
        var client = await TestClient.GreetedAsync(engine.Engine);
        var hello = TestClient.Hello();
        (hello.Sdk, hello.SdkVersion) = ("php", "1.1");
        await SetAsync(client, "minSdkVersions", "php=1.2.0");

        uint refused = NumberOf(await TestClient.Connect(engine.Engine).AskAsync(new V1.ClientFrame { Hello = hello }));
        await SetAsync(client, "minSdkVersions", null);
        uint taken = NumberOf(await TestClient.Connect(engine.Engine).AskAsync(new V1.ClientFrame { Hello = hello }));

        Assert.Equal(((uint)ErrorCode.SdkTooOld, 0u), (refused, taken));
    }

    [Fact]
    public async Task What_was_set_live_holds_after_a_restart_until_it_is_unset()
    {
        MemoryDisk disk = new();
        await using (var before = await StartAsync(disk))
        {
            var client = await TestClient.GreetedAsync(before.Engine);
            await client.OpenQueueAsync("orders");
            await SetAsync(client, "consume@orders", "false");
        }
        await using var after = await StartAsync(disk);
        var again = await TestClient.GreetedAsync(after.Engine);

        uint refused = NumberOf(await again.AskAsync(Subscribe("orders")));
        await SetAsync(again, "consume@orders", null);
        uint taken = NumberOf(await again.AskAsync(Subscribe("orders")));

        Assert.Equal(((uint)ErrorCode.ConsumeOff, 0u), (refused, taken));
    }

    private static uint NumberOf(V1.ServerFrame answer) => answer.Error?.Number ?? 0;

    private static V1.ClientFrame Open(string queue) => new() { OpenQueue = new V1.OpenQueue { Queue = queue, Create = true } };

    private static V1.ClientFrame Subscribe(string queue) =>
        new() { Subscribe = new V1.Subscribe { Queue = queue, Group = "g", ConsumerId = ByteString.CopyFrom(Guid.NewGuid().ToByteArray()), ConsumerName = "c" } };

    private static async Task SetAsync(TestClient client, string name, string? value)
    {
        V1.SetSetting set = new() { Name = name };
        if (value is not null)
            set.Value = value;
        var answer = await client.AskAsync(new V1.ClientFrame { Administration = new V1.AdministrationRequest { SetSetting = set } });
        Assert.True(answer.Administration is not null, $"{answer}");
    }

    private static Task<TestEngine> StartAsync(IDisk disk) => TestEngine.StartOnDiskAsync(disk, new MovedTime());
}
