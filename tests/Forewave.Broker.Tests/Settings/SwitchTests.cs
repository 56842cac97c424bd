using Forewave.Broker.Load;
using Forewave.Broker.Tests.Fakes;
using Forewave.Protocol;
using Forewave.Storage.Files.Disk;
using Google.Protobuf;
using Microsoft.Extensions.Logging.Abstractions;
using V1 = Forewave.Protocol.V1;

namespace Forewave.Broker.Tests.Settings;

/// <summary>What is switched off refuses by its number, and comes back.</summary>
public sealed class SwitchTests
{
    [Fact]
    public async Task Publishes_are_refused_while_they_are_off_and_the_nearest_setting_wins()
    {
        await using var engine = await StartAsync();
        var client = await TestClient.GreetedAsync(engine.Engine);
        uint producer = await client.OpenProducerAsync(ProducerId.New());
        uint payments = await client.OpenQueueAsync("orders.payments"), others = await client.OpenQueueAsync("orders.eu"), far = await client.OpenQueueAsync("far");
        await SetAsync(client, "publish@orders.*", "false");
        await SetAsync(client, "publish@orders.payments", "true");

        var answers = new[]
        {
            await client.PublishAsync(producer, TestClient.Batch(payments, 1, 1)), await client.PublishAsync(producer, TestClient.Batch(others, 2, 1)),
            await client.PublishAsync(producer, TestClient.Batch(far, 3, 1)),
        };
        await SetAsync(client, "publish@orders.*", null);
        var after = await client.PublishAsync(producer, TestClient.Batch(others, 4, 1));
        await SetAsync(client, "readOnly", "true");
        var readOnly = await client.PublishAsync(producer, TestClient.Batch(payments, 5, 1));

        Assert.Equal([0u, (uint)ErrorCode.PublishOff, 0u], answers.Select(NumberOf));
        Assert.Equal(1_000u, answers[1].Error.RetryAfter);
        Assert.Equal((0u, (uint)ErrorCode.ReadOnly), (NumberOf(after), NumberOf(readOnly)));
        Assert.Equal(1, engine.Gauge("forewave.switches.off"));
    }

    [Fact]
    public async Task Repeat_of_what_was_stored_is_answered_although_publishes_are_off()
    {
        await using var engine = await StartAsync();
        var client = await TestClient.GreetedAsync(engine.Engine);
        uint producer = await client.OpenProducerAsync(ProducerId.New()), queue = await client.OpenQueueAsync("orders");
        var stored = await client.PublishAsync(producer, TestClient.Batch(queue, 1, 2));
        await SetAsync(client, "publish", "false");

        var repeated = await client.PublishAsync(producer, TestClient.Batch(queue, 1, 2));

        Assert.Equal((0u, stored.FirstPosition), (NumberOf(repeated), repeated.FirstPosition));
    }

    [Fact]
    public async Task Repeat_by_its_deduplication_id_is_answered_although_publishes_are_off_and_what_is_refused_is_not_known_afterwards()
    {
        await using var engine = await StartAsync();
        var client = await TestClient.GreetedAsync(engine.Engine);
        uint producer = await client.OpenProducerAsync(ProducerId.New()), queue = await client.OpenQueueAsync("orders");
        var stored = await client.PublishAsync(producer, Batch(queue, 1, new V1.Message { DeduplicationId = "known" }));
        await SetAsync(client, "publish", "false");

        var repeated = await client.PublishAsync(producer, Batch(queue, 2, new V1.Message { DeduplicationId = "known" }));
        var refused = await client.PublishAsync(producer, Batch(queue, 3, new V1.Message { DeduplicationId = "new" }));
        await SetAsync(client, "publish", null);
        var taken = await client.PublishAsync(producer, Batch(queue, 4, new V1.Message { DeduplicationId = "new" }));

        Assert.Equal((0u, true), (NumberOf(repeated), repeated.Duplicate));
        Assert.Equal((uint)ErrorCode.PublishOff, NumberOf(refused));
        Assert.Equal((0u, false), (NumberOf(taken), taken.Duplicate));
        Assert.True(taken.FirstPosition > stored.FirstPosition);
    }

    [Fact]
    public async Task What_a_rate_refuses_does_not_count_to_the_length_of_its_queue()
    {
        await using var engine = await StartAsync();
        var client = await TestClient.GreetedAsync(engine.Engine);
        uint producer = await client.OpenProducerAsync(ProducerId.New()), queue = await client.OpenQueueAsync("orders");
        await SetAsync(client, "queueLength", "10");
        await SetAsync(client, "queueMessagesPerSecond", "1");
        await client.PublishAsync(producer, TestClient.Batch(queue, 1, 5));

        var answers = new List<uint>();
        for (ulong sequence = 6; sequence < 16; sequence++)
            answers.Add(NumberOf(await client.PublishAsync(producer, TestClient.Batch(queue, sequence, 1))));

        Assert.All(answers, answer => Assert.Equal((uint)ErrorCode.QuotaExceeded, answer));
    }

    [Theory]
    [InlineData("scheduling")]
    [InlineData("ordering")]
    [InlineData("priorities")]
    [InlineData("expiry")]
    [InlineData("deduplication")]
    public async Task Message_is_refused_that_asks_for_what_is_off_for_its_queue(string key)
    {
        await using var engine = await StartAsync();
        var client = await TestClient.GreetedAsync(engine.Engine);
        uint producer = await client.OpenProducerAsync(ProducerId.New()), queue = await client.OpenQueueAsync("orders"), other = await client.OpenQueueAsync("other");
        V1.Message message = key switch
        {
            "scheduling" => new() { Delay = 1_000 },
            "ordering" => new() { OrderingKey = "k" },
            "priorities" => new() { Priority = 9 },
            "expiry" => new() { TimeToLive = 1_000 },
            _ => new() { DeduplicationId = "d" },
        };
        await SetAsync(client, $"{key}@orders", "false");

        var refused = await client.PublishAsync(producer, Batch(queue, 1, message));
        var plain = await client.PublishAsync(producer, TestClient.Batch(queue, 2, 1));
        var elsewhere = await client.PublishAsync(producer, Batch(other, 3, message));
        await SetAsync(client, $"{key}@orders", null);
        // What comes behind a refused message of its key is refused too.
        message.OrderingKey = key == "ordering" ? "another" : "";
        var again = await client.PublishAsync(producer, Batch(queue, 4, message));

        Assert.Equal([(uint)ErrorCode.CapabilityOff, 0u, 0u, 0u], new[] { refused, plain, elsewhere, again }.Select(NumberOf));
    }

    [Fact]
    public async Task What_the_broker_was_started_without_is_not_switched_on()
    {
        await using var engine = await StartAsync(new BrokerOptions { Scheduling = false });
        var client = await TestClient.GreetedAsync(engine.Engine);

        var refused = await client.AskAsync(SettingOf("scheduling", "true"));

        Assert.Equal((uint)ErrorCode.SettingNotLive, refused.Error.Number);
    }

    [Fact]
    public async Task Messages_wait_while_consuming_is_off_and_come_when_it_is_on_again()
    {
        await using var engine = await StartAsync();
        var operators = await TestClient.GreetedAsync(engine.Engine);
        var client = await TestClient.GreetedAsync(engine.Engine);
        uint producer = await operators.OpenProducerAsync(ProducerId.New()), queue = await operators.OpenQueueAsync("orders");
        uint subscription = (await client.AskAsync(SubscribeTo("orders"))).Subscribed.Subscription;
        await SetAsync(operators, "consume@orders", "false");
        await operators.PublishAsync(producer, TestClient.Batch(queue, 1, 1));

        ulong pull = await client.SendAsync(new V1.ClientFrame { Receive = new V1.Receive { Subscription = subscription, MaxMessages = 1, MaxBytes = 1_000_000, Wait = 30_000 } });
        var refused = await operators.AskAsync(SubscribeTo("orders"));
        await SetAsync(operators, "consume@orders", "true");
        var delivered = await client.AnswerToAsync(pull);

        Assert.Equal(((uint)ErrorCode.ConsumeOff, 1_000u), (refused.Error.Number, refused.Error.RetryAfter));
        Assert.Single(Assert.Single(delivered.Delivery.Runs).Messages);
    }

    [Fact]
    public async Task Drain_sends_clients_away_lets_operators_in_and_can_be_called_off()
    {
        MovedTime time = new();
        await using var engine = await TestEngine.StartOnDiskAsync(new MemoryDisk(), time);
        var client = await TestClient.GreetedAsync(engine.Engine);
        var operators = TestClient.Connect(engine.Engine);
        var hello = TestClient.Hello();
        hello.Role = "admin";
        Assert.NotNull((await operators.AskAsync(new V1.ClientFrame { Hello = hello })).Hello);

        var begun = await operators.AskAsync(Administer(new() { BeginDrain = new V1.BeginDrain { Grace = 5_000 } }));
        var told = await client.ReadAsync();
        var late = TestClient.Connect(engine.Engine);
        var refused = await late.AskAsync(new V1.ClientFrame { Hello = TestClient.Hello() });
        var opened = await operators.AskAsync(new V1.ClientFrame { OpenProducer = new V1.OpenProducer { ProducerId = ByteString.CopyFrom(ProducerId.New().ToBytes()), Name = "n" } });
        time.Move(TimeSpan.FromSeconds(6));
        await client.Session;
        var left = await operators.AskAsync(Administer(new() { ShowDrain = new V1.ShowDrain() }));
        var ended = await operators.AskAsync(Administer(new() { EndDrain = new V1.EndDrain() }));

        Assert.Equal((true, 1u), (begun.Administration.Drain.IsDraining, begun.Administration.Drain.Connections));
        Assert.Equal(((uint)ErrorCode.ShuttingDown, 5_000u), (told!.GoAway.Error.Number, told.GoAway.Grace));
        Assert.Equal((uint)ErrorCode.ShuttingDown, refused.Error.Number);
        Assert.Equal((uint)ErrorCode.ShuttingDown, opened.Error.Number);
        Assert.Equal((true, 0u), (left.Administration.Drain.IsDraining, left.Administration.Drain.Connections));
        Assert.False(ended.Administration.Drain.IsDraining);
        Assert.NotNull(await TestClient.GreetedAsync(engine.Engine));
    }

    [Fact]
    public async Task Drain_sends_an_operator_away_who_publishes_and_leaves_one_who_has_not_said_who_it_is()
    {
        MovedTime time = new();
        await using var engine = await TestEngine.StartOnDiskAsync(new MemoryDisk(), time, null);
        var hello = TestClient.Hello();
        hello.Role = "admin";
        var operators = TestClient.Connect(engine.Engine);
        await operators.AskAsync(new V1.ClientFrame { Hello = hello });
        var publishing = TestClient.Connect(engine.Engine);
        await publishing.AskAsync(new V1.ClientFrame { Hello = hello });
        await publishing.OpenProducerAsync(ProducerId.New());
        var silent = TestClient.Connect(engine.Engine);

        var begun = await operators.AskAsync(Administer(new() { BeginDrain = new V1.BeginDrain { Grace = 2_000 } }));
        var told = await publishing.ReadAsync();
        time.Move(TimeSpan.FromSeconds(3));
        await publishing.Session;
        var greeted = await silent.AskAsync(new V1.ClientFrame { Hello = hello });

        Assert.Equal(1u, begun.Administration.Drain.Connections);
        Assert.NotNull(told!.GoAway);
        Assert.NotNull(greeted.Hello);
    }

    [Fact]
    public async Task Operator_comes_in_to_set_back_how_many_connections_there_may_be()
    {
        await using var engine = await StartAsync();
        var first = await TestClient.GreetedAsync(engine.Engine);
        await SetAsync(first, "maxConnections", "1");

        var refused = await TestClient.Connect(engine.Engine).AskAsync(new V1.ClientFrame { Hello = TestClient.Hello() });
        var operators = TestClient.Connect(engine.Engine);
        var hello = TestClient.Hello();
        hello.Role = "admin";
        var greeted = await operators.AskAsync(new V1.ClientFrame { Hello = hello });
        await SetAsync(operators, "maxConnections", null);

        Assert.Equal((uint)ErrorCode.TooManyConnections, refused.Error.Number);
        Assert.NotNull(greeted.Hello);
        await TestClient.GreetedAsync(engine.Engine);
    }

    [Fact]
    public void Memory_is_short_from_its_bound_until_there_is_a_tenth_less()
    {
        FakeMemory process = new() { Used = 99 };
        MemoryWatch watch = new(process, () => 100, new MovedTime(), NullLogger.Instance);
        List<bool> seen = [];

        foreach (long used in (long[])[99, 100, 95, 90, 89, 99])
        {
            process.Used = used;
            watch.Judge();
            seen.Add(watch.IsShort);
        }

        Assert.Equal([false, true, true, true, false, false], seen);
        Assert.Equal(1, watch.Times);
    }

    [Fact]
    public void Garbage_is_collected_before_anybody_is_refused_and_not_again_and_again()
    {
        MovedTime time = new();
        FakeMemory process = new() { Used = 100, AfterCollection = 50 };
        MemoryWatch watch = new(process, () => 100, time, NullLogger.Instance);

        watch.Judge();
        bool afterCollection = watch.IsShort;
        process.Used = 100;
        watch.Judge();
        bool soonAfter = watch.IsShort;
        time.Move(TimeSpan.FromSeconds(10));
        watch.Judge();

        Assert.Equal((false, true, false), (afterCollection, soonAfter, watch.IsShort));
        Assert.Equal(2, process.Collections);
    }

    [Fact]
    public void Garbage_is_collected_less_and_less_often_while_that_brings_nothing()
    {
        MovedTime time = new();
        FakeMemory process = new() { Used = 100 };
        MemoryWatch watch = new(process, () => 100, time, NullLogger.Instance);
        watch.Judge();
        List<int> seen = [];

        foreach (int seconds in (int[])[19, 1, 39, 1, 79, 1])
        {
            time.Move(TimeSpan.FromSeconds(seconds));
            watch.Judge();
            seen.Add(process.Collections);
        }

        Assert.Equal([1, 2, 2, 3, 3, 4], seen);
        Assert.True(watch.IsShort);
    }

    [Fact]
    public void All_is_taken_where_nobody_knows_what_the_process_may_have()
    {
        MemoryWatch watch = new(new FakeMemory { Used = 100 }, () => 0, new MovedTime(), NullLogger.Instance);

        watch.Judge();

        Assert.Equal((0L, false), (watch.Bound, watch.IsShort));
    }

    [Fact]
    public void Bound_that_nobody_set_is_what_the_process_may_have_less_something() =>
        Assert.Equal(850, new MemoryWatch(new FakeMemory { Available = 1_000 }, () => 0, new MovedTime(), NullLogger.Instance).Bound);

    private static uint NumberOf(V1.PublishedBatch batch) => batch.Error?.Number ?? 0;

    private static V1.ClientFrame SubscribeTo(string queue) =>
        new() { Subscribe = new V1.Subscribe { Queue = queue, Group = "g", ConsumerId = ByteString.CopyFrom(Guid.NewGuid().ToByteArray()), ConsumerName = "c", CreateQueue = true } };

    private static V1.PublishBatch Batch(uint queue, ulong sequence, V1.Message message)
    {
        V1.PublishBatch batch = new() { Queue = queue, FirstSequence = sequence };
        batch.Messages.Add(message.ToByteString());
        return batch;
    }

    private static V1.ClientFrame Administer(V1.AdministrationRequest request) => new() { Administration = request };

    private static V1.ClientFrame SettingOf(string name, string? value)
    {
        V1.SetSetting set = new() { Name = name };
        if (value is not null)
            set.Value = value;
        return Administer(new V1.AdministrationRequest { SetSetting = set });
    }

    private static async Task SetAsync(TestClient client, string name, string? value)
    {
        var answer = await client.AskAsync(SettingOf(name, value));
        Assert.True(answer.Administration is not null, $"{answer}");
    }

    private static Task<TestEngine> StartAsync(BrokerOptions? options = null) => TestEngine.StartOnDiskAsync(new MemoryDisk(), new MovedTime(), options);

    private sealed class FakeMemory : IProcessMemory
    {
        public long Used { get; set; }

        public long Available { get; init; }

        public long? AfterCollection { get; init; }

        public int Collections { get; private set; }

        public long Collect()
        {
            Collections++;
            return AfterCollection ?? Used;
        }
    }
}
