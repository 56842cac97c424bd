using Forewave.Broker.Tests.Fakes;
using Forewave.Protocol;
using Forewave.Storage.Files.Disk;
using V1 = Forewave.Protocol.V1;

namespace Forewave.Broker.Tests.Outcomes;

/// <summary>Requests about one message on the wire: bounds, the switch, what cannot be, and a connection that ends.</summary>
public sealed class OutcomeWireTests
{
    private const uint LongestWait = 20_000;

    [Fact]
    public async Task Waits_beyond_the_bound_of_all_connections_are_refused_and_there_is_room_when_one_ends()
    {
        await using var engine = await StartAsync(new BrokerOptions { MaxOutcomeWaits = 2 });
        var first = await TestClient.GreetedAsync(engine.Engine);
        var second = await TestClient.GreetedAsync(engine.Engine);
        string id = await PublishAsync(first);
        await first.SendAsync(Await(id));
        await first.SendAsync(Await(id));
        await UntilWaitingAsync(engine, 2);

        var refused = (await second.AskAsync(Await(id))).Error;
        long waiting = engine.Gauge("forewave.outcomes.waiting");
        await first.LeaveAsync();
        var taken = await TakenAsync(second, id);

        Assert.Equal((uint)ErrorCode.TooManyOutcomeWaits, refused.Number);
        Assert.Equal(2, waiting);
        Assert.Null(taken.Error);
    }

    [Fact]
    public async Task Waits_are_bounded_by_what_was_set_while_the_broker_runs_and_those_that_are_there_stay()
    {
        await using var engine = await StartAsync(new BrokerOptions { MaxOutcomeWaits = 2 });
        var first = await TestClient.GreetedAsync(engine.Engine);
        var second = await TestClient.GreetedAsync(engine.Engine);
        string id = await PublishAsync(first);
        await first.SendAsync(Await(id));
        await UntilWaitingAsync(engine, 1);

        await second.AskAsync(Request(new V1.AdministrationRequest { SetSetting = new V1.SetSetting { Name = "maxOutcomeWaits", Value = "1" } }));
        var refused = (await second.AskAsync(Await(id))).Error;
        await second.AskAsync(Request(new V1.AdministrationRequest { SetSetting = new V1.SetSetting { Name = "maxOutcomeWaits" } }));
        await second.SendAsync(Await(id));
        await UntilWaitingAsync(engine, 2);

        Assert.Equal((uint)ErrorCode.TooManyOutcomeWaits, refused.Number);
    }

    [Fact]
    public async Task Waits_beyond_the_bound_of_a_connection_are_refused_and_other_requests_are_answered()
    {
        await using var engine = await StartAsync();
        var client = await TestClient.GreetedAsync(engine.Engine);
        string id = await PublishAsync(client);
        for (int i = 0; i < Limits.OutcomeWaitsPerConnection; i++)
            await client.SendAsync(Await(id));

        var refused = await client.AskAsync(Await(id));
        var broker = await client.AskAsync(Request(new V1.AdministrationRequest { ShowBroker = new V1.ShowBroker() }));

        Assert.Equal((uint)ErrorCode.TooManyOutcomeWaits, refused.Error.Number);
        Assert.NotNull(broker.Administration.Broker);
    }

    [Fact]
    public async Task Waiting_is_refused_and_not_offered_when_it_is_switched_off()
    {
        await using var engine = await StartAsync(new BrokerOptions { Outcomes = false });
        var client = TestClient.Connect(engine.Engine);
        var hello = await client.AskAsync(new V1.ClientFrame { Hello = TestClient.Hello() });
        string id = await PublishAsync(client);

        var refused = await client.AskAsync(Await(id));
        var shown = await client.AskAsync(Request(new V1.AdministrationRequest { ShowMessage = new V1.ShowMessage { MessageId = id } }));

        Assert.DoesNotContain(CapabilityNames.Outcomes, hello.Hello.Capabilities);
        Assert.Equal((uint)ErrorCode.CapabilityMissing, refused.Error.Number);
        Assert.Equal(V1.MessageWhere.Queued, shown.Administration.Message.Where);
    }

    [Theory]
    [InlineData("nonsense", "g", 0u, 0, ErrorCode.MessageIdInvalid)]
    [InlineData("0-0000000000000000", "g", 0u, 0, ErrorCode.MessageIdInvalid)]
    [InlineData("9-0000100000000001", "g", 0u, 0, ErrorCode.NotOwner)]
    [InlineData("0-7fffffffffffffff", "g", 0u, 0, ErrorCode.MessageNotFound)]
    [InlineData("", "a,b", 0u, 0, ErrorCode.NameInvalid)]
    [InlineData("", "g", 60_001u, 0, ErrorCode.FieldInvalid)]
    [InlineData("", "g", 0u, 9, ErrorCode.FieldInvalid)]
    public async Task Wait_that_makes_no_sense_is_refused(string id, string group, uint wait, int until, ErrorCode expected)
    {
        await using var engine = await StartAsync();
        var client = await TestClient.GreetedAsync(engine.Engine);
        string published = await PublishAsync(client);
        var request = new V1.AwaitOutcome { MessageId = id.Length > 0 ? id : published, Group = group, Wait = wait, Until = (V1.OutcomeKind)until };

        var refused = await client.AskAsync(Request(new V1.AdministrationRequest { AwaitOutcome = request }));

        Assert.Equal((uint)expected, refused.Error.Number);
    }

    [Fact]
    public async Task Waits_are_refused_when_their_queue_is_deleted()
    {
        await using var engine = await StartAsync();
        var client = await TestClient.GreetedAsync(engine.Engine);
        string id = await PublishAsync(client);
        ulong wait = await client.SendAsync(Await(id));
        // A wait is counted before its message is looked for, and has its end when it was found.
        while (!engine.Time.IsPlanned(TimeSpan.FromMilliseconds(LongestWait)))
            await Task.Yield();

        await client.SendAsync(Request(new V1.AdministrationRequest { DeleteQueue = new V1.DeleteQueue { Queue = "orders" } }));
        var refused = await client.AnswerToAsync(wait);

        Assert.Equal((uint)ErrorCode.QueueNotFound, refused.Error.Number);
    }

    [Fact]
    public async Task Wait_is_over_after_its_time_and_tells_what_is_so_then()
    {
        await using var engine = await StartAsync();
        var client = await TestClient.GreetedAsync(engine.Engine);
        string id = await PublishAsync(client);
        await client.AskAsync(Request(new V1.AdministrationRequest
        {
            SetGroup = new V1.SetGroup { Queue = "orders", Group = "g", Create = true, Options = new V1.GroupOptions() },
        }));
        ulong wait = await client.SendAsync(Await(id));
        await UntilWaitingAsync(engine, 1);

        var answered = client.AnswerToAsync(wait);
        await engine.Time.MoveUntilAsync(answered, TimeSpan.FromMilliseconds(LongestWait));
        var answer = await answered;

        Assert.False(answer.Administration.Outcome.Reached);
        Assert.Equal(V1.MessageState.Unread, answer.Administration.Outcome.Group.State);
        Assert.Equal(0, engine.Gauge("forewave.outcomes.waiting"));
    }

    private static Task<TestEngine> StartAsync(BrokerOptions? options = null) =>
        TestEngine.StartOnDiskAsync(new MemoryDisk(), new MovedTime(), (options ?? new BrokerOptions()) with { StopGrace = TimeSpan.Zero });

    private static async Task<string> PublishAsync(TestClient client)
    {
        uint producer = await client.OpenProducerAsync(new ProducerId(1));
        uint queue = await client.OpenQueueAsync("orders");
        var published = await client.PublishAsync(producer, TestClient.Batch(queue, 1, 1));
        return new MessageId(new PartitionNumber(0), LogPosition.FromBits(published.FirstPosition)).ToString();
    }

    private static V1.ClientFrame Request(V1.AdministrationRequest request) => new() { Administration = request };

    private static V1.ClientFrame Await(string id) =>
        Request(new V1.AdministrationRequest { AwaitOutcome = new V1.AwaitOutcome { MessageId = id, Group = "g", Wait = LongestWait } });

    // A wait is counted a moment after it was sent.
    private static async Task UntilWaitingAsync(TestEngine engine, long waits)
    {
        while (engine.Gauge("forewave.outcomes.waiting") != waits)
            await Task.Yield();
    }

    // The places of a connection that ended come back a moment later.
    private static async Task<V1.ServerFrame> TakenAsync(TestClient client, string id)
    {
        while (true)
        {
            var request = new V1.AwaitOutcome { MessageId = id, Group = "g", Until = V1.OutcomeKind.Stored };
            var answer = await client.AskAsync(Request(new V1.AdministrationRequest { AwaitOutcome = request }));
            if (answer.Error?.Number != (uint)ErrorCode.TooManyOutcomeWaits)
                return answer;
        }
    }
}
