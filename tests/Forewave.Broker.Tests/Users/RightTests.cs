using Forewave.Broker.Tests.Fakes;
using Forewave.Protocol;
using Forewave.Protocol.Frames;
using Forewave.Storage.Files.Disk;
using Google.Protobuf;
using Google.Protobuf.Reflection;
using V1 = Forewave.Protocol.V1;
using Verb = Forewave.Protocol.V1.AdministrationRequest.VerbOneofCase;

namespace Forewave.Broker.Tests.Users;

/// <summary>Who may do what over the wire; what is refused changes nothing.</summary>
public sealed class RightTests
{
    // Each administrative request, and the least that it needs on the queue "orders"; "" is none at all.
    private static readonly Dictionary<Verb, string> Needs = new()
    {
        [Verb.ListQueues] = "consume:*", [Verb.ShowQueue] = "consume:orders", [Verb.CreateQueue] = "manage:orders", [Verb.SetQueue] = "manage:orders",
        [Verb.PurgeQueue] = "manage:orders", [Verb.DeleteQueue] = "manage:orders", [Verb.ListGroups] = "consume:orders", [Verb.ShowGroup] = "consume:orders",
        [Verb.SetGroup] = "manage:orders", [Verb.DeleteGroup] = "manage:orders", [Verb.ListDead] = "consume:orders", [Verb.ShowDead] = "consume:orders",
        [Verb.RedriveDead] = "manage:orders", [Verb.PurgeDead] = "manage:orders", [Verb.ShowBroker] = "", [Verb.CancelScheduled] = "manage:orders",
        [Verb.Reschedule] = "manage:orders", [Verb.ListScheduled] = "consume:orders", [Verb.SetRecurring] = "manage:orders", [Verb.ListRecurring] = "consume:orders",
        [Verb.DeleteRecurring] = "manage:orders", [Verb.ResumeKey] = "manage:orders", [Verb.BeginDeadOperation] = "manage:orders",
        [Verb.ListDeadOperations] = "consume:orders", [Verb.ShowDeadOperation] = "consume:orders", [Verb.CancelDeadOperation] = "manage:orders",
        [Verb.UndoDeadOperation] = "manage:orders", [Verb.ResetGroup] = "manage:orders", [Verb.ListLeases] = "consume:orders", [Verb.ReplayGroup] = "manage:orders",
        [Verb.CancelReplay] = "manage:orders", [Verb.ShowMessage] = "consume:orders", [Verb.TraceMessage] = "consume:orders", [Verb.AwaitOutcome] = "publish:orders",
        [Verb.FindMessages] = "consume:orders", [Verb.AddUser] = "operate:*", [Verb.SetPassword] = "operate:*", [Verb.SetGrants] = "operate:*",
        [Verb.BeginBackup] = "operate:*", [Verb.ShowBackup] = "operate:*", [Verb.CancelBackup] = "operate:*",
        [Verb.BeginDrain] = "operate:*", [Verb.EndDrain] = "operate:*", [Verb.ShowDrain] = "operate:*", [Verb.ListSettings] = "operate:*", [Verb.SetSetting] = "operate:*", [Verb.ListSettingChanges] = "operate:*",
        [Verb.RemoveUser] = "operate:*", [Verb.ListUsers] = "operate:*", [Verb.ShowUser] = "operate:*", [Verb.AddToken] = "operate:*", [Verb.RevokeToken] = "operate:*",
        [Verb.BeginBackup] = "operate:*", [Verb.ShowBackup] = "operate:*", [Verb.CancelBackup] = "operate:*",
        [Verb.ListTransactions] = "consume:*", [Verb.ShowTransaction] = "consume:orders", [Verb.DecideTransaction] = "manage:orders",
    };

    [Fact]
    public async Task Administrative_request_is_refused_without_its_right_and_changes_nothing()
    {
        MovedTime time = new();
        MemoryDisk disk = new();
        await using var engine = await TestEngine.StartOnDiskAsync(disk, time);
        await KnownUsers.MakeAsync(engine, KnownUsers.Add("none"), KnownUsers.Add("other", "publish,consume,manage:other", "publish,consume,manage:orders.*"));
        var ids = await IdsAsync(engine);
        foreach (string user in new[] { "none", "other" })
        {
            var client = await KnownUsers.LoggedInAsync(engine, user);
            var before = await ShowAsync(engine);
            foreach (var verb in Verbs().Where(verb => Needs[verb].Length > 0))
            {
                var answer = await client.AskAsync(RequestOf(verb, ids));
                Assert.True(answer.Error?.Number == (uint)ErrorCode.RightMissing, $"{user}: {verb}: {answer}");
            }
            Assert.Equal(before, await ShowAsync(engine));
        }
    }

    [Fact]
    public async Task Administrative_request_passes_with_the_least_that_it_needs()
    {
        MovedTime time = new();
        MemoryDisk disk = new();
        await using var engine = await TestEngine.StartOnDiskAsync(disk, time);
        string[] grants = [.. Needs.Values.Where(grant => grant.Length > 0).Distinct().Order()];
        await KnownUsers.MakeAsync(engine, [KnownUsers.Add("none"), .. grants.Select((grant, i) => KnownUsers.Add($"user{i}", grant))]);
        var ids = await IdsAsync(engine);
        foreach (var verb in Verbs().OrderBy(verb => verb is Verb.DeleteQueue or Verb.PurgeQueue or Verb.RemoveUser or Verb.BeginDrain).ThenBy(verb => verb))
        {
            string user = Needs[verb].Length == 0 ? "none" : $"user{Array.IndexOf(grants, Needs[verb])}";
            var answer = await (await KnownUsers.LoggedInAsync(engine, user)).AskAsync(RequestOf(verb, ids));
            Assert.True(answer.Error?.Number != (uint)ErrorCode.RightMissing, $"{user}: {verb}: {answer}");
        }
    }

    [Fact]
    public void Every_verb_has_its_need_in_the_table() => Assert.Equal(Verbs().Order(), Needs.Keys.Order());

    [Fact]
    public async Task Queue_is_opened_to_publish_and_subscribed_to_only_with_the_right()
    {
        await using var engine = await TestEngine.StartAsync();
        await KnownUsers.MakeAsync(engine, KnownUsers.Add("in", "publish:orders.*"), KnownUsers.Add("out", "consume:orders.*"));
        int before = engine.Store.Records.Count;
        var producer = await KnownUsers.LoggedInAsync(engine, "in");
        var consumer = await KnownUsers.LoggedInAsync(engine, "out");

        var refused = new[]
        {
            await producer.AskAsync(Subscribe("orders.eu")), await consumer.AskAsync(Open("orders.eu")),
            await producer.AskAsync(Open("billing")), await consumer.AskAsync(Subscribe("billing")), await producer.AskAsync(Open("orders")),
        };

        Assert.All(refused, answer => Assert.Equal((uint)ErrorCode.RightMissing, answer.Error.Number));
        Assert.Equal(before, engine.Store.Records.Count);
        Assert.NotNull((await producer.AskAsync(Open("orders.eu"))).QueueOpened);
        Assert.NotNull((await consumer.AskAsync(Subscribe("orders.eu"))).Subscribed);
    }

    [Fact]
    public async Task Lease_is_settled_only_by_who_may_consume_from_its_queue()
    {
        MovedTime time = new();
        MemoryDisk disk = new();
        await using var engine = await TestEngine.StartOnDiskAsync(disk, time);
        await KnownUsers.MakeAsync(engine, KnownUsers.Add("owner", "publish,consume:orders"), KnownUsers.Add("other", "publish:orders", "consume:other"));
        var owner = await KnownUsers.LoggedInAsync(engine, "owner");
        var other = await KnownUsers.LoggedInAsync(engine, "other");
        await PublishAsync(owner, "orders");
        var subscribed = (await owner.AskAsync(Subscribe("orders"))).Subscribed;
        var delivered = (await owner.AskAsync(new V1.ClientFrame { Receive = new V1.Receive { Subscription = subscribed.Subscription, MaxMessages = 1, Wait = 1000 } })).Delivery;
        V1.Settle settle = new();
        settle.Runs.Add(new V1.SettleRun
        {
            QueueId = subscribed.QueueId, GroupId = subscribed.GroupId, FirstOffset = delivered.Runs[0].FirstOffset, Count = 1,
            Attempt = delivered.Runs[0].Attempt, Epoch = delivered.Runs[0].Epoch, Verb = V1.SettleVerb.Ack,
        });

        string before = await ShowAsync(engine);
        var refused = await other.AskAsync(new V1.ClientFrame { Settle = settle });
        Assert.Equal((uint)ErrorCode.RightMissing, Assert.Single(refused.Settled.Failures).Error.Number);
        Assert.Equal(before, await ShowAsync(engine));
        Assert.Empty((await owner.AskAsync(new V1.ClientFrame { Settle = settle })).Settled.Failures);
    }

    [Fact]
    public async Task Scheduled_message_is_cancelled_by_its_id_only_by_who_may_manage_its_queue()
    {
        MovedTime time = new();
        MemoryDisk disk = new();
        await using var engine = await TestEngine.StartOnDiskAsync(disk, time);
        await KnownUsers.MakeAsync(engine, KnownUsers.Add("owner", "publish,manage:orders"), KnownUsers.Add("other", "publish,consume:orders", "manage:other"));
        var owner = await KnownUsers.LoggedInAsync(engine, "owner");
        var other = await KnownUsers.LoggedInAsync(engine, "other");
        ulong position = await PublishAsync(owner, "orders", new V1.Message { Body = ByteString.CopyFromUtf8("later"), Delay = 3_600_000 });
        V1.AdministrationRequest cancel = new() { CancelScheduled = new V1.CancelScheduled { Choice = new V1.ScheduledChoice() } };
        cancel.CancelScheduled.Choice.Positions.Add(position);

        Assert.Equal((uint)ErrorCode.RightMissing, (await other.AskAsync(cancel)).Error.Number);
        Assert.Equal(1ul, (await owner.AskAsync(cancel)).Administration.Changed.Messages);
    }

    [Fact]
    public async Task Queues_are_listed_as_far_as_one_may_look()
    {
        await using var engine = await TestEngine.StartAsync();
        await KnownUsers.MakeAsync(engine, KnownUsers.Add("ann", "manage:orders.*"));
        var root = await KnownUsers.LoggedInAsync(engine, "root");
        foreach (string queue in new[] { "orders.eu", "secret" })
            await root.OpenQueueAsync(queue);
        var ann = await KnownUsers.LoggedInAsync(engine, "ann");

        var all = await ann.AskAsync(new V1.AdministrationRequest { ListQueues = new V1.ListQueues() });
        var own = await ann.AskAsync(new V1.AdministrationRequest { ListQueues = new V1.ListQueues { Prefix = "orders." } });

        Assert.Equal((uint)ErrorCode.RightMissing, all.Error.Number);
        Assert.Equal("orders.eu", Assert.Single(own.Administration.Queues.Queues).Queue);
    }

    [Fact]
    public async Task Own_password_is_set_by_who_knows_it_and_by_nobody_else()
    {
        await using var engine = await TestEngine.StartAsync();
        await KnownUsers.MakeAsync(engine, KnownUsers.Add("ann"), KnownUsers.Add("bob"));
        var root = await KnownUsers.LoggedInAsync(engine, "root");
        string token = Protocol.Access.AccessToken.Create();
        await root.AskAsync(new V1.AdministrationRequest { AddToken = new V1.AddToken { User = "ann", Token = KnownUsers.OnWire(token) } });
        V1.AdministrationRequest set = new() { SetPassword = new V1.SetPassword { User = "ann", Password = KnownUsers.Add("x").Password } };

        Assert.Equal((uint)ErrorCode.RightMissing, (await (await KnownUsers.LoggedInAsync(engine, "bob")).AskAsync(set)).Error.Number);
        Assert.Equal((uint)ErrorCode.RightMissing, (await (await KnownUsers.LoggedInAsync(engine, "", token)).AskAsync(set)).Error.Number);
        Assert.Null((await (await KnownUsers.LoggedInAsync(engine, "ann")).AskAsync(set)).Error);
    }

    [Fact]
    public async Task Somebody_who_may_make_users_is_always_left()
    {
        await using var engine = await TestEngine.StartAsync();
        var nobody = await TestClient.GreetedAsync(engine.Engine);
        var first = await nobody.AskAsync(new V1.AdministrationRequest { AddUser = KnownUsers.Add("ann", "publish,consume,manage:*") });
        Assert.Equal((uint)ErrorCode.OperatorNeeded, first.Error.Number);
        Assert.False(engine.Engine.AsksUsers);
        await KnownUsers.MakeAsync(engine, KnownUsers.Add("ann"));
        var root = await KnownUsers.LoggedInAsync(engine, "root");
        V1.SetGrants less = new() { User = "root" };
        less.Remove.Add(KnownUsers.GrantOf("operate:*"));

        int before = engine.Store.Records.Count;
        Assert.Equal((uint)ErrorCode.OperatorNeeded, (await root.AskAsync(new V1.AdministrationRequest { SetGrants = less })).Error.Number);
        Assert.Equal((uint)ErrorCode.OperatorNeeded, (await RemoveAsync(root, "root")).Error.Number);
        Assert.Equal(before, engine.Store.Records.Count);
        Assert.Null((await RemoveAsync(root, "ann")).Error);
        Assert.Null((await RemoveAsync(root, "root")).Error);
        Assert.False(engine.Engine.AsksUsers);
    }

    [Fact]
    public async Task Somebody_who_may_make_users_keeps_a_secret_that_does_not_expire()
    {
        await using var engine = await TestEngine.StartAsync();
        var nobody = await TestClient.GreetedAsync(engine.Engine);
        var bare = KnownUsers.Add("root", "operate:*");
        bare.Password = null;
        Assert.Equal((uint)ErrorCode.OperatorNeeded, (await nobody.AskAsync(new V1.AdministrationRequest { AddUser = bare })).Error?.Number);
        Assert.False(engine.Engine.AsksUsers);
        await KnownUsers.MakeAsync(engine);
        string kept = Protocol.Access.AccessToken.Create(), brief = Protocol.Access.AccessToken.Create();
        V1.AdministrationRequest withoutPassword = new() { SetPassword = new V1.SetPassword { User = "root" } };
        V1.AdministrationRequest revoke = new() { RevokeToken = new V1.RevokeToken { User = "root", Token = KnownUsers.OnWire(kept).Id } };
        var root = await KnownUsers.LoggedInAsync(engine, "root");
        await AddAsync(root, KnownUsers.OnWire(brief, engine.Time.GetUtcNow() + TimeSpan.FromHours(1)));

        Assert.Equal((uint)ErrorCode.OperatorNeeded, (await root.AskAsync(withoutPassword)).Error?.Number);
        await AddAsync(root, KnownUsers.OnWire(kept));
        Assert.Null((await root.AskAsync(withoutPassword)).Error);
        var byToken = await KnownUsers.LoggedInAsync(engine, "", kept);
        Assert.Equal((uint)ErrorCode.OperatorNeeded, (await byToken.AskAsync(revoke)).Error?.Number);

        static async Task AddAsync(TestClient root, V1.Token token) =>
            Assert.Null((await root.AskAsync(new V1.AdministrationRequest { AddToken = new V1.AddToken { User = "root", Token = token } })).Error);
    }

    [Fact]
    public async Task Own_password_has_bounded_rounds_unless_an_operator_sets_it()
    {
        await using var engine = await TestEngine.StartAsync();
        await KnownUsers.MakeAsync(engine, KnownUsers.Add("ann"));
        V1.AdministrationRequest set = new() { SetPassword = new V1.SetPassword { User = "ann", Password = KnownUsers.Add("x").Password } };
        set.SetPassword.Password.Iterations = Limits.MaxOwnPasswordIterations + 1;
        int before = engine.Store.Records.Count;

        var own = await (await KnownUsers.LoggedInAsync(engine, "ann")).AskAsync(set);

        Assert.Equal((uint)ErrorCode.UserInvalid, own.Error?.Number);
        Assert.Equal(before, engine.Store.Records.Count);
        Assert.Null((await (await KnownUsers.LoggedInAsync(engine, "root")).AskAsync(set)).Error);
    }

    [Fact]
    public async Task Message_is_not_looked_for_on_behalf_of_who_has_no_right_anywhere()
    {
        MovedTime time = new();
        MemoryDisk disk = new();
        await using var engine = await TestEngine.StartOnDiskAsync(disk, time);
        await KnownUsers.MakeAsync(engine, KnownUsers.Add("none"));
        var none = await KnownUsers.LoggedInAsync(engine, "none");
        string id = new MessageId(new PartitionNumber(0), new LogPosition(new Epoch(9), 9)).ToString();
        V1.AdministrationRequest cancel = new() { CancelScheduled = new V1.CancelScheduled { Choice = new V1.ScheduledChoice() } };
        cancel.CancelScheduled.Choice.Positions.Add(new LogPosition(new Epoch(9), 9).Bits);

        // There is none: who may look somewhere hears of that.
        foreach (var request in new[]
        {
            new V1.AdministrationRequest { ShowMessage = new V1.ShowMessage { MessageId = id } }, new() { TraceMessage = new V1.TraceMessage { MessageId = id } },
            new() { AwaitOutcome = new V1.AwaitOutcome { MessageId = id, Group = "g" } }, cancel,
        })
        {
            Assert.Equal((request.VerbCase, (uint)ErrorCode.RightMissing), (request.VerbCase, (await none.AskAsync(request)).Error?.Number));
        }
    }

    [Fact]
    public async Task Wrong_requests_about_users_are_refused_and_change_nothing()
    {
        await using var engine = await TestEngine.StartAsync();
        await KnownUsers.MakeAsync(engine, KnownUsers.Add("ann"));
        var root = await KnownUsers.LoggedInAsync(engine, "root");
        var weak = KnownUsers.Add("weak");
        weak.Password.Iterations = 1;
        var dear = KnownUsers.Add("dear");
        dear.Password.Iterations = uint.MaxValue;
        var many = KnownUsers.Add("many", [.. Enumerable.Range(0, Limits.GrantsPerUser + 1).Select(i => $"publish:q{i}")]);
        var unknownRight = KnownUsers.Add("odd", "publish:q");
        unknownRight.Grants[0].Rights.Add((V1.Right)99);
        var nothing = KnownUsers.Add("odd");
        nothing.Grants.Add(new V1.Grant { Queues = "q" });
        (V1.AdministrationRequest Request, ErrorCode Error)[] wrong =
        [
            (new() { AddUser = KnownUsers.Add("ann") }, ErrorCode.UserExists), (new() { AddUser = KnownUsers.Add("Ann") }, ErrorCode.UserInvalid),
            (new() { AddUser = weak }, ErrorCode.UserInvalid), (new() { AddUser = dear }, ErrorCode.UserInvalid), (new() { AddUser = many }, ErrorCode.TooManyUsers),
            (new() { AddUser = unknownRight }, ErrorCode.UserInvalid), (new() { AddUser = nothing }, ErrorCode.UserInvalid),
            (new() { AddUser = KnownUsers.Add("odd", "operate:q") }, ErrorCode.UserInvalid), (new() { AddUser = KnownUsers.Add("odd", "publish:Q") }, ErrorCode.UserInvalid),
            (new() { ShowUser = new() { User = "bob" } }, ErrorCode.UserNotFound), (new() { RemoveUser = new() { User = "bob" } }, ErrorCode.UserNotFound),
            (new() { SetPassword = new() { User = "bob" } }, ErrorCode.UserNotFound), (new() { SetGrants = new() { User = "bob" } }, ErrorCode.UserNotFound),
            (new() { AddToken = new() { User = "ann" } }, ErrorCode.UserInvalid), (new() { AddToken = new() { User = "ann", Token = new() { Id = "x" } } }, ErrorCode.UserInvalid),
            (new() { RevokeToken = new() { User = "ann", Token = "0123456789abcdef" } }, ErrorCode.TokenNotFound),
        ];

        int before = engine.Store.Records.Count;
        foreach (var (request, error) in wrong)
            Assert.Equal(error, (ErrorCode)((await root.AskAsync(request)).Error?.Number ?? 0));
        Assert.Equal(before, engine.Store.Records.Count);
    }

    [Fact]
    public async Task User_has_a_bounded_number_of_tokens_and_those_that_expired_make_room()
    {
        await using var engine = await TestEngine.StartAsync();
        await KnownUsers.MakeAsync(engine, KnownUsers.Add("ann"));
        var root = await KnownUsers.LoggedInAsync(engine, "root");
        var soon = engine.Time.GetUtcNow() + TimeSpan.FromSeconds(5);
        for (int i = 0; i < Limits.TokensPerUser; i++)
            Assert.Null((await AddTokenAsync(root, i == 0 ? soon : null)).Error);

        Assert.Equal((uint)ErrorCode.TooManyUsers, (await AddTokenAsync(root, null)).Error.Number);
        engine.Time.Move(TimeSpan.FromSeconds(5));
        Assert.Equal(Limits.TokensPerUser, (await AddTokenAsync(root, null)).Administration.User.Tokens.Count);
        Assert.All((await root.AskAsync(new V1.AdministrationRequest { ShowUser = new V1.ShowUser { User = "ann" } })).Administration.User.Tokens, token => Assert.True(token.Hash.IsEmpty));
    }

    private static Task<V1.ServerFrame> AddTokenAsync(TestClient root, DateTimeOffset? expires) => root.AskAsync(new V1.AdministrationRequest
    {
        AddToken = new V1.AddToken { User = "ann", Token = KnownUsers.OnWire(Protocol.Access.AccessToken.Create(), expires) },
    });

    private static Task<V1.ServerFrame> RemoveAsync(TestClient client, string user) =>
        client.AskAsync(new V1.AdministrationRequest { RemoveUser = new V1.RemoveUser { User = user } });

    private static V1.ClientFrame Open(string queue) => new() { OpenQueue = new V1.OpenQueue { Queue = queue, Create = true } };

    private static V1.ClientFrame Subscribe(string queue) => new()
    {
        Subscribe = new V1.Subscribe { Queue = queue, Group = "g", ConsumerId = ByteString.CopyFrom(new byte[15].Append((byte)1).ToArray()), CreateQueue = true },
    };

    /// <summary>A message and an open transaction of the queue "orders".</summary>
    private static async Task<(string Message, string Transaction)> IdsAsync(TestEngine engine)
    {
        var root = await KnownUsers.LoggedInAsync(engine, "root");
        string message = await PublishAsync(root, "orders");
        var open = new V1.OpenProducer { ProducerId = ByteString.CopyFrom(new ProducerId(77).ToBytes()), Name = "shop", CheckBack = new V1.CheckBackTerms() };
        uint producer = (await root.AskAsync(new V1.ClientFrame { OpenProducer = open })).ProducerOpened.Producer;
        var begun = await root.AskAsync(new V1.ClientFrame { BeginTransaction = new V1.BeginTransaction { Producer = producer } });
        var prepare = new V1.Prepare { Transaction = begun.TransactionBegun.Transaction, Publish = new V1.Publish { Producer = producer } };
        prepare.Publish.Batches.Add(TestClient.Batch(await root.OpenQueueAsync("orders"), 1, 1));
        Assert.Null((await root.AskAsync(new V1.ClientFrame { Prepare = prepare })).Error);
        return (message, new MessageId(new PartitionNumber(0), LogPosition.FromBits(prepare.Transaction)).ToString());
    }

    private static IEnumerable<Verb> Verbs() => Enum.GetValues<Verb>().Where(verb => verb != Verb.None);

    // Its queue, group, message or user, as far as it has such fields; the rest is empty, which the broker looks at after the right.
    private static V1.AdministrationRequest RequestOf(Verb verb, (string Message, string Transaction) ids)
    {
        V1.AdministrationRequest request = new();
        var field = V1.AdministrationRequest.Descriptor.FindFieldByNumber((int)verb);
        var asked = (IMessage)Activator.CreateInstance(field.MessageType.ClrType)!;
        foreach (var one in field.MessageType.Fields.InFieldNumberOrder().Where(one => one.FieldType == FieldType.String))
        {
            string? value = one.Name switch
            {
                "queue" => "orders", "group" => "g", "message_id" => ids.Message, "transaction_id" => ids.Transaction, "user" => "root", _ => null,
            };
            if (value is not null)
                one.Accessor.SetValue(asked, value);
        }
        field.Accessor.SetValue(request, asked);
        V1.ScheduledChoice choice = new() { Queue = "orders", Key = "k" };
        if (verb == Verb.CancelScheduled)
            request.CancelScheduled.Choice = choice;
        else if (verb == Verb.Reschedule)
            request.Reschedule.Choice = choice;
        return request;
    }

    private static async Task<string> PublishAsync(TestClient client, string queue) =>
        new MessageId(new PartitionNumber(0), LogPosition.FromBits(await PublishAsync(client, queue, new V1.Message { Body = ByteString.CopyFromUtf8("m") }))).ToString();

    private static async Task<ulong> PublishAsync(TestClient client, string queue, V1.Message message)
    {
        uint producer = await client.OpenProducerAsync(ProducerId.New());
        V1.PublishBatch batch = new() { Queue = await client.OpenQueueAsync(queue), FirstSequence = 1 };
        batch.Messages.Add(message.ToByteString());
        var published = await client.PublishAsync(producer, batch);
        Assert.True(published.FirstPosition > 0, published.ToString());
        return published.FirstPosition;
    }

    private static async Task<string> ShowAsync(TestEngine engine)
    {
        var root = await KnownUsers.LoggedInAsync(engine, "root");
        var broker = await root.AskAsync(new V1.AdministrationRequest { ShowBroker = new V1.ShowBroker() });
        await root.LeaveAsync();
        return $"{broker.Administration.Broker.TailPosition}, {broker.Administration.Broker.Queues}";
    }
}
