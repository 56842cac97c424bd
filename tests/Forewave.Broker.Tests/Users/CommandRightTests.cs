using Forewave.Broker.Tests.Fakes;
using Forewave.Protocol;
using Forewave.Storage.Files.Disk;
using Google.Protobuf;
using V1 = Forewave.Protocol.V1;
using Command = Forewave.Protocol.V1.ClientFrame.CommandOneofCase;

namespace Forewave.Broker.Tests.Users;

/// <summary>What each frame of a client needs: a command that is not in the table fails the test that compares the two.</summary>
public sealed class CommandRightTests
{
    // What answers a user who has rights on another queue alone. A handle is of its connection: what another one opened is not there.
    private static readonly Dictionary<Command, ErrorCode> Refusals = new()
    {
        [Command.OpenQueue] = ErrorCode.RightMissing,
        [Command.Subscribe] = ErrorCode.RightMissing,
        [Command.Settle] = ErrorCode.RightMissing,
        [Command.Publish] = ErrorCode.UnknownHandle,
        [Command.Receive] = ErrorCode.UnknownHandle,
        [Command.Credit] = ErrorCode.UnknownHandle,
        [Command.Unsubscribe] = ErrorCode.UnknownHandle,
        // Its own producer, which cannot be asked; a queue that it did not open; a transaction that is not its producer's.
        [Command.BeginTransaction] = ErrorCode.CheckBackMissing,
        [Command.Prepare] = ErrorCode.UnknownHandle,
        [Command.Decide] = ErrorCode.TransactionNotFound,
    };

    // Whoever is let in may do these; an administrative request has its own need, in the table of RightTests, and a producer the test below.
    private static readonly Command[] Free = [Command.Hello, Command.Ping, Command.Pong, Command.GetRoutes, Command.OpenProducer, Command.Administration];

    [Fact]
    public void Every_command_has_its_refusal_or_is_free() =>
        Assert.Equal(Enum.GetValues<Command>().Where(command => command != Command.None).Order(), Refusals.Keys.Concat(Free).Order());

    [Fact]
    public async Task Command_is_refused_without_its_right_and_changes_nothing()
    {
        await using var engine = await TestEngine.StartAsync();
        await KnownUsers.MakeAsync(engine, KnownUsers.Add("other", "publish,consume,manage:other"));
        var root = await KnownUsers.LoggedInAsync(engine, "root");
        uint queue = await root.OpenQueueAsync("orders");
        var subscribed = (await root.AskAsync(Subscribe())).Subscribed;
        uint producer = await root.OpenProducerAsync(ProducerId.New());
        await root.PublishAsync(producer, TestClient.Batch(queue, 1, 1));
        var other = await KnownUsers.LoggedInAsync(engine, "other");
        uint own = await other.OpenProducerAsync(ProducerId.New());
        int before = engine.Store.Records.Count;

        foreach (var (command, expected) in Refusals)
        {
            var answer = await other.AskAsync(FrameOf(command, new Handles(queue, subscribed, own)));
            Assert.True(expected == ErrorOf(answer), $"{command}: {answer}");
        }
        Assert.Equal(before, engine.Store.Records.Count);
    }

    [Fact]
    public async Task Nothing_but_a_hello_is_taken_from_whoever_is_not_let_in()
    {
        await using var engine = await TestEngine.StartAsync();
        await KnownUsers.MakeAsync(engine);
        int before = engine.Store.Records.Count;
        foreach (var command in Enum.GetValues<Command>().Where(command => command is not (Command.None or Command.Hello)))
        {
            var stranger = TestClient.Connect(engine.Engine);
            var answer = await stranger.AskAsync(FrameOf(command, new Handles(1, new V1.Subscribed { Subscription = 1, QueueId = 1, GroupId = 1 }, 1)));

            Assert.True(ErrorOf(answer) == ErrorCode.HelloExpected, $"{command}: {answer}");
            Assert.Null(await stranger.ReadAsync());
        }
        Assert.Equal(before, engine.Store.Records.Count);
    }

    [Fact]
    public async Task Producer_is_remembered_only_of_who_may_publish_somewhere()
    {
        await using var engine = await TestEngine.StartAsync();
        await KnownUsers.MakeAsync(engine, KnownUsers.Add("reader", "consume,manage:*"), KnownUsers.Add("writer", "publish:other"));
        int before = engine.Store.Records.Count;
        V1.ClientFrame open = new() { OpenProducer = new V1.OpenProducer { ProducerId = ByteString.CopyFrom(ProducerId.New().ToBytes()), Name = "p" } };

        var refused = await (await KnownUsers.LoggedInAsync(engine, "reader")).AskAsync(open);

        Assert.Equal(ErrorCode.RightMissing, ErrorOf(refused));
        Assert.Equal(before, engine.Store.Records.Count);
        Assert.NotNull((await (await KnownUsers.LoggedInAsync(engine, "writer")).AskAsync(open)).ProducerOpened);
    }

    [Fact]
    public async Task Message_of_another_queue_does_not_tell_the_queues_name()
    {
        MovedTime time = new();
        MemoryDisk disk = new();
        await using var engine = await TestEngine.StartOnDiskAsync(disk, time);
        await KnownUsers.MakeAsync(engine, KnownUsers.Add("other", "publish,consume,manage:other"));
        var root = await KnownUsers.LoggedInAsync(engine, "root");
        uint producer = await root.OpenProducerAsync(ProducerId.New());
        var stored = await root.PublishAsync(producer, TestClient.Batch(await root.OpenQueueAsync("secret-merger"), 1, 1));
        string id = new MessageId(new PartitionNumber(0), LogPosition.FromBits(stored.FirstPosition)).ToString();
        var other = await KnownUsers.LoggedInAsync(engine, "other");

        var refused = await other.AskAsync(new V1.AdministrationRequest { ShowMessage = new V1.ShowMessage { MessageId = id } });

        Assert.Equal(ErrorCode.RightMissing, ErrorOf(refused));
        Assert.DoesNotContain("secret-merger", refused.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Transaction_is_decided_only_by_who_may_publish_to_its_queues_whatever_its_producer_is_called()
    {
        MovedTime time = new();
        MemoryDisk disk = new();
        await using var engine = await TestEngine.StartOnDiskAsync(disk, time);
        await KnownUsers.MakeAsync(engine, KnownUsers.Add("owner", "publish:orders"), KnownUsers.Add("other", "publish:other"));
        var owner = await KnownUsers.LoggedInAsync(engine, "owner");
        var other = await KnownUsers.LoggedInAsync(engine, "other");
        V1.OpenProducer open = new() { ProducerId = ByteString.CopyFrom(ProducerId.New().ToBytes()), Name = "shop", CheckBack = new V1.CheckBackTerms() };
        uint producer = (await owner.AskAsync(new V1.ClientFrame { OpenProducer = open })).ProducerOpened.Producer;
        uint stranger = await other.OpenProducerAsync(ProducerId.New(), "shop");
        ulong transaction = (await owner.AskAsync(new V1.ClientFrame { BeginTransaction = new V1.BeginTransaction { Producer = producer } })).TransactionBegun.Transaction;
        V1.Publish publish = new() { Producer = producer };
        publish.Batches.Add(TestClient.Batch(await owner.OpenQueueAsync("orders"), 1, 1));
        Assert.Null((await owner.AskAsync(new V1.ClientFrame { Prepare = new V1.Prepare { Transaction = transaction, Publish = publish } })).Error);

        var refused = await other.AskAsync(Decide(stranger, transaction));
        var decided = await owner.AskAsync(Decide(producer, transaction));
        var again = await owner.AskAsync(Decide(producer, transaction));

        Assert.Equal(ErrorCode.RightMissing, ErrorOf(refused));
        Assert.Equal((1u, 1u), (decided.Decided.Messages, again.Decided.Messages));
    }

    private static V1.ClientFrame Decide(uint producer, ulong transaction) =>
        new() { Decide = new V1.Decide { Producer = producer, Transaction = transaction, Decision = V1.TransactionDecision.Commit } };

    private static V1.ClientFrame Prepare(in Handles handles)
    {
        V1.Prepare prepare = new() { Transaction = 1, Publish = new V1.Publish { Producer = handles.Producer } };
        prepare.Publish.Batches.Add(TestClient.Batch(handles.Queue, 1, 1));
        return new V1.ClientFrame { Prepare = prepare };
    }

    private static ErrorCode ErrorOf(V1.ServerFrame answer)
    {
        var error = answer.Error ?? answer.Settled?.Failures.FirstOrDefault()?.Error ?? answer.Published?.Batches.FirstOrDefault()?.Error;
        return (ErrorCode)(error?.Number ?? 0);
    }

    private static V1.ClientFrame Subscribe() => new()
    {
        Subscribe = new V1.Subscribe { Queue = "orders", Group = "g", ConsumerId = ByteString.CopyFrom(new byte[15].Append((byte)1).ToArray()), CreateQueue = true },
    };

    private static V1.ClientFrame FrameOf(Command command, in Handles handles)
    {
        V1.Settle settle = new();
        settle.Runs.Add(new V1.SettleRun
        {
            QueueId = handles.Subscribed.QueueId, GroupId = handles.Subscribed.GroupId, FirstOffset = 1, Count = 1, Attempt = 1, Epoch = 1, Verb = V1.SettleVerb.Ack,
        });
        return command switch
        {
            Command.OpenQueue => new() { OpenQueue = new V1.OpenQueue { Queue = "orders", Create = true } },
            Command.Subscribe => Subscribe(),
            Command.Settle => new() { Settle = settle },
            Command.Publish => TestClient.PublishFrame(handles.Producer, TestClient.Batch(handles.Queue, 1, 1)),
            Command.Receive => new() { Receive = new V1.Receive { Subscription = handles.Subscribed.Subscription, MaxMessages = 1 } },
            Command.Unsubscribe => new() { Unsubscribe = new V1.Unsubscribe { Subscription = handles.Subscribed.Subscription } },
            Command.Credit => new() { Credit = new V1.Credit { Subscription = handles.Subscribed.Subscription, Messages = 1 } },
            Command.OpenProducer => new() { OpenProducer = new V1.OpenProducer { ProducerId = ByteString.CopyFrom(ProducerId.New().ToBytes()), Name = "p" } },
            Command.BeginTransaction => new() { BeginTransaction = new V1.BeginTransaction { Producer = handles.Producer } },
            Command.Prepare => Prepare(handles),
            Command.Decide => Decide(handles.Producer, 1),
            Command.Ping => new() { Ping = new V1.Ping() },
            Command.Pong => new() { Pong = new V1.Pong() },
            Command.GetRoutes => new() { GetRoutes = new V1.GetRoutes() },
            _ => new() { Administration = new V1.AdministrationRequest { ListQueues = new V1.ListQueues() } },
        };
    }

    private readonly record struct Handles(uint Queue, V1.Subscribed Subscribed, uint Producer);
}
