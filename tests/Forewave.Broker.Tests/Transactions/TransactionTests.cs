using Forewave.Broker.Tests.Fakes;
using Forewave.Protocol;
using Forewave.Storage.Files.Disk;
using Google.Protobuf;
using V1 = Forewave.Protocol.V1;

namespace Forewave.Broker.Tests.Transactions;

public sealed class TransactionTests
{
    [Fact]
    public async Task Messages_of_a_transaction_come_at_its_commit_in_all_queues_and_not_before()
    {
        await using var engine = await StartAsync();
        var client = await TransactionClient.OpenAsync(engine);
        ulong transaction = await client.BeginAsync();

        var orders = await client.PrepareAsync(transaction, "orders", Named("a"), Named("b"));
        var stock = await client.PrepareAsync(transaction, "stock", Named("c"));
        await client.PublishAsync("orders", 1);
        var before = await client.ReceiveAsync("orders", 1);
        var beforeStock = await client.PollAsync("stock");
        var decided = await client.CommitAsync(transaction);
        var after = await client.ReceiveAsync("orders", 2);
        var afterStock = await client.ReceiveAsync("stock", 1);

        Assert.Equal([("1", 1ul)], before.Select(message => (message.Body, message.Offset)));
        Assert.Empty(beforeStock);
        Assert.Equal((V1.TransactionDecision.Commit, 3u), (decided.Decided.Decision, decided.Decided.Messages));
        ulong first = Assert.Single(orders.Published.Batches).FirstPosition;
        Assert.Equal([("a", first, 2ul), ("b", first + 1, 3ul)], after);
        Assert.Equal([("c", Assert.Single(stock.Published.Batches).FirstPosition, 1ul)], afterStock);
    }

    [Fact]
    public async Task Transactions_come_in_the_order_of_their_commits()
    {
        await using var engine = await StartAsync();
        var client = await TransactionClient.OpenAsync(engine);
        ulong first = await client.BeginAsync();
        ulong second = await client.BeginAsync();
        await client.PrepareAsync(first, "orders", Named("first"));
        await client.PrepareAsync(second, "orders", Named("second"));

        await client.CommitAsync(second);
        await client.CommitAsync(first);
        var received = await client.ReceiveAsync("orders", 2);

        Assert.Equal([("second", 1ul), ("first", 2ul)], received.Select(message => (message.Body, message.Offset)));
    }

    [Fact]
    public async Task Messages_of_a_transaction_that_is_rolled_back_never_come_and_take_no_offsets()
    {
        await using var engine = await StartAsync();
        var client = await TransactionClient.OpenAsync(engine);
        ulong transaction = await client.BeginAsync();
        await client.PrepareAsync(transaction, "orders", Named("a"));

        var decided = await client.RollBackAsync(transaction);
        await client.PublishAsync("orders", 1);
        var received = await client.ReceiveAsync("orders", 1);

        Assert.Equal((V1.TransactionDecision.RollBack, 1u), (decided.Decided.Decision, decided.Decided.Messages));
        Assert.Equal([("1", 1ul)], received.Select(message => (message.Body, message.Offset)));
    }

    [Theory]
    [InlineData(V1.TransactionDecision.Commit, V1.TransactionDecision.RollBack)]
    [InlineData(V1.TransactionDecision.RollBack, V1.TransactionDecision.Commit)]
    public async Task Decision_that_is_said_again_is_answered_again_and_the_other_one_is_refused(V1.TransactionDecision said, V1.TransactionDecision other)
    {
        await using var engine = await StartAsync();
        var client = await TransactionClient.OpenAsync(engine);
        ulong transaction = await client.BeginAsync();
        await client.PrepareAsync(transaction, "orders", Named("a"));
        await client.DecideAsync(transaction, said);

        var again = await client.DecideAsync(transaction, said);
        var opposite = await client.DecideAsync(transaction, other);
        var late = await client.PrepareAsync(transaction, "orders", Named("b"));
        await client.PublishAsync("orders", 1);
        var received = await client.ReceiveAsync("orders", said == V1.TransactionDecision.Commit ? 2 : 1);

        Assert.Equal((said, 1u), (again.Decided.Decision, again.Decided.Messages));
        Assert.Equal((uint)ErrorCode.TransactionDecided, opposite.Error.Number);
        Assert.Equal((uint)ErrorCode.TransactionDecided, late.Error.Number);
        Assert.Equal(said == V1.TransactionDecision.Commit ? ["a", "1"] : ["1"], received.Select(message => message.Body));
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Refusal_because_of_an_end_is_told_when_that_is_on_stable_storage(bool prepares)
    {
        var store = new FakeStore { CommitsByItself = false };
        await using var engine = await TestEngine.StartAsync(store);
        var client = await TransactionClient.OpenAsync(engine);
        var sibling = await TransactionClient.OpenAsync(engine, number: 2);
        await sibling.QueueAsync("orders");
        ulong transaction = await client.BeginAsync();
        await client.Wire.SendAsync(new V1.ClientFrame { Decide = new V1.Decide { Producer = client.Producer, Transaction = transaction, Decision = V1.TransactionDecision.RollBack } });
        await client.Wire.AskAsync(new V1.ClientFrame { Ping = new V1.Ping() });
        var waits = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        store.TailAsked = () => waits.TrySetResult();

        var refused = prepares ? sibling.PrepareAsync(transaction, "orders", Named("a")) : sibling.CommitAsync(transaction);
        var first = await Task.WhenAny(refused, waits.Task);
        store.Commit();

        Assert.Same(waits.Task, first);
        Assert.Equal((uint)ErrorCode.TransactionDecided, (await refused).Error.Number);
    }

    [Fact]
    public async Task Of_two_different_decisions_at_once_one_counts_and_the_messages_follow_it()
    {
        const int Rounds = 50;
        await using var engine = await StartAsync();
        var client = await TransactionClient.OpenAsync(engine);
        var sibling = await TransactionClient.OpenAsync(engine, number: 2);
        List<string> committed = [];
        for (int i = 0; i < Rounds; i++)
        {
            ulong transaction = await client.BeginAsync();
            await client.PrepareAsync(transaction, "orders", Named($"{i}"));

            // Who begins takes turns.
            var early = i % 2 == 0 ? client.CommitAsync(transaction) : sibling.RollBackAsync(transaction);
            var late = i % 2 == 0 ? sibling.RollBackAsync(transaction) : client.CommitAsync(transaction);
            var answers = await Task.WhenAll(early, late);
            var counted = Assert.Single(answers, answer => answer.Error is null);
            Assert.Equal((uint)ErrorCode.TransactionDecided, Assert.Single(answers, answer => answer.Error is not null).Error.Number);
            if (counted.Decided.Decision == V1.TransactionDecision.Commit)
                committed.Add($"{i}");
        }
        await client.PublishAsync("orders", 1);

        var received = await client.ReceiveAsync("orders", committed.Count + 1);

        Assert.Equal([.. committed, "1"], received.Select(message => message.Body));
    }

    [Fact]
    public async Task Transaction_is_that_of_its_producers_name()
    {
        await using var engine = await StartAsync();
        var client = await TransactionClient.OpenAsync(engine);
        var sibling = await TransactionClient.OpenAsync(engine, number: 2);
        var stranger = await TransactionClient.OpenAsync(engine, number: 3, name: "thief");
        ulong transaction = await client.BeginAsync();
        await client.PrepareAsync(transaction, "orders", Named("a"));

        var stolen = await stranger.CommitAsync(transaction);
        var unknown = await client.CommitAsync(transaction + 1_000);
        var decided = await sibling.CommitAsync(transaction);

        Assert.Equal((uint)ErrorCode.TransactionNotFound, stolen.Error.Number);
        Assert.Equal((uint)ErrorCode.TransactionNotFound, unknown.Error.Number);
        Assert.Equal(1u, decided.Decided.Messages);
    }

    [Fact]
    public async Task Producer_that_cannot_be_asked_begins_no_transaction()
    {
        await using var engine = await StartAsync();
        var client = await TransactionClient.OpenAsync(engine, canBeAsked: false);

        var refused = await client.AskToBeginAsync();

        Assert.Equal((uint)ErrorCode.CheckBackMissing, refused.Error.Number);
        Assert.Empty((await client.ListAsync()).Transactions);
    }

    [Fact]
    public async Task Switched_off_none_is_begun_and_those_that_are_open_are_decided()
    {
        var disk = new MemoryDisk();
        var time = new MovedTime();
        ulong transaction;
        await using (var before = await TestEngine.StartOnDiskAsync(disk, time))
        {
            var client = await TransactionClient.OpenAsync(before);
            transaction = await client.BeginAsync();
            await client.PrepareAsync(transaction, "orders", Named("a"));
        }
        await using var engine = await TestEngine.StartOnDiskAsync(disk, time, new BrokerOptions { Transactions = false, StopGrace = TimeSpan.Zero });
        var later = await TransactionClient.OpenAsync(engine);

        var refused = await later.AskToBeginAsync();
        var decided = await later.CommitAsync(transaction);

        Assert.Equal((uint)ErrorCode.CapabilityMissing, refused.Error.Number);
        Assert.Equal(1u, decided.Decided.Messages);
        Assert.Equal(["a"], (await later.ReceiveAsync("orders", 1)).Select(message => message.Body));
    }

    [Fact]
    public async Task Prepare_that_is_sent_again_is_answered_as_before_and_stores_nothing()
    {
        await using var engine = await StartAsync();
        var client = await TransactionClient.OpenAsync(engine);
        ulong transaction = await client.BeginAsync();
        var first = await client.PrepareAsync(transaction, "orders", Named("a"), Named("b"));
        var second = await client.PrepareAsync(transaction, "stock", Named("c"));

        var again = await client.PrepareAtAsync(transaction, 3, "stock", Named("c"));
        var gap = await client.PrepareAtAsync(transaction, 5, "stock", Named("e"));
        var overlapping = await client.PrepareAtAsync(transaction, 3, "stock", Named("c"), Named("d"));
        var elsewhere = await client.PrepareAtAsync(transaction, 3, "orders", Named("c"));
        var other = await client.PrepareAtAsync(transaction, 3, "stock", Named("x"));
        var part = await client.PrepareAtAsync(transaction, 2, "orders", Named("b"));
        await client.CommitAsync(transaction);

        // Duplicate would say that somebody else's message is stored.
        Assert.Equal(second.Published, again.Published);
        Assert.Equal((uint)ErrorCode.SequenceGap, gap.Error.Number);
        Assert.Equal((uint)ErrorCode.FieldInvalid, other.Error.Number);
        Assert.Equal((Assert.Single(first.Published.Batches).FirstPosition + 1, false), (Assert.Single(part.Published.Batches).FirstPosition, part.Published.Batches[0].Duplicate));
        Assert.Equal((uint)ErrorCode.FieldInvalid, overlapping.Error.Number);
        Assert.Equal((uint)ErrorCode.FieldInvalid, elsewhere.Error.Number);
        Assert.Equal(["c"], (await client.ReceiveAsync("stock", 1)).Select(message => message.Body));
        Assert.Empty(await client.PollAsync("stock"));
    }

    [Fact]
    public async Task Prepare_is_stored_whole_or_not_at_all()
    {
        await using var engine = await StartAsync();
        var client = await TransactionClient.OpenAsync(engine);
        ulong transaction = await client.BeginAsync();
        var good = new V1.PublishBatch { Queue = await client.QueueAsync("orders"), FirstSequence = 1 };
        good.Messages.Add(Named("a").ToByteString());
        var bad = new V1.PublishBatch { Queue = 4_000_000, FirstSequence = 2 };
        bad.Messages.Add(Named("b").ToByteString());

        var refused = await client.PrepareAsync(transaction, good, bad);
        var accepted = await client.PrepareAsync(transaction, good);
        await client.CommitAsync(transaction);

        Assert.Equal((uint)ErrorCode.UnknownHandle, refused.Error.Number);
        Assert.Null(accepted.Error);
        Assert.Equal(["a"], (await client.ReceiveAsync("orders", 1)).Select(message => message.Body));
        Assert.Empty(await client.PollAsync("orders"));
    }

    [Fact]
    public async Task Too_many_messages_or_bytes_are_refused_and_the_transaction_goes_on()
    {
        await using var engine = await TestEngine.StartAsync();
        var client = await TransactionClient.OpenAsync(engine);
        ulong transaction = await client.BeginAsync();
        var large = new V1.Message { Body = ByteString.CopyFrom(new byte[Limits.MessageBytes - 100]) };
        await client.PrepareAsync(transaction, "orders", large);

        var bytes = await client.PrepareAsync(transaction, "orders", large);
        await client.PrepareAsync(transaction, "orders", [.. Enumerable.Range(0, Limits.TransactionMessages - 1).Select(i => Named($"{i}"))]);
        var messages = await client.PrepareAsync(transaction, "orders", Named("one more"));
        var decided = await client.CommitAsync(transaction);

        Assert.Equal((uint)ErrorCode.TransactionTooLarge, bytes.Error.Number);
        Assert.Equal((uint)ErrorCode.TransactionTooLarge, messages.Error.Number);
        Assert.Equal((uint)Limits.TransactionMessages, decided.Decided.Messages);
    }

    [Fact]
    public async Task Delay_counts_from_the_commit()
    {
        await using var engine = await StartAsync();
        var client = await TransactionClient.OpenAsync(engine);
        ulong transaction = await client.BeginAsync();
        var late = Named("late");
        late.Delay = 60_000;
        late.Keys.Add("k");
        var prepared = await client.PrepareAsync(transaction, "orders", Named("now"), late);
        engine.Time.Move(TimeSpan.FromSeconds(5));

        await client.CommitAsync(transaction);
        var first = await client.ReceiveAsync("orders", 1);
        var list = (await client.AskAsync(new() { ListScheduled = new() { Queue = "orders" } })).Administration.Scheduled;

        Assert.Equal(["now"], first.Select(message => message.Body));
        var scheduled = Assert.Single(list.Messages);
        Assert.Equal((ulong)(engine.Time.GetUtcNow().ToUnixTimeMilliseconds() + 60_000), scheduled.DeliverAt);
        Assert.EndsWith($"{prepared.Published.Batches[0].FirstPosition + 1:x16}", scheduled.MessageId, StringComparison.Ordinal);
        // Nobody hears of the client meanwhile: another one receives.
        engine.Time.Move(TimeSpan.FromSeconds(60));
        Assert.Equal(["late"], (await (await TransactionClient.OpenAsync(engine)).ReceiveAsync("orders", 1)).Select(message => message.Body));
    }

    [Fact]
    public async Task Priority_expiry_and_keys_are_those_of_a_publish()
    {
        await using var engine = await StartAsync();
        var client = await TransactionClient.OpenAsync(engine);
        ulong transaction = await client.BeginAsync();
        var urgent = Named("urgent");
        urgent.Priority = 9;
        var mortal = Named("mortal");
        mortal.TimeToLive = 1_000;
        var keyed = Named("keyed");
        keyed.OrderingKey = "k";
        await client.PrepareAsync(transaction, "orders", mortal, keyed, Named("plain"), urgent);
        engine.Time.Move(TimeSpan.FromSeconds(5));

        await client.CommitAsync(transaction);
        var received = await client.ReceiveAsync("orders", 4);

        // It lives from the commit on, and what is urgent comes first.
        Assert.Equal(["urgent", "mortal", "keyed", "plain"], received.OrderBy(message => message.Body == "urgent" ? 0 : 1).Select(message => message.Body));
        Assert.Equal("urgent", received[0].Body);
    }

    [Fact]
    public async Task Messages_of_a_queue_that_was_deleted_go_with_it_and_the_others_come()
    {
        await using var engine = await StartAsync();
        var client = await TransactionClient.OpenAsync(engine);
        ulong transaction = await client.BeginAsync();
        await client.PrepareAsync(transaction, "gone", Named("a"));
        await client.PrepareAsync(transaction, "orders", Named("b"));
        Assert.NotNull((await client.AskAsync(new() { DeleteQueue = new() { Queue = "gone" } })).Administration);

        var decided = await client.CommitAsync(transaction);

        Assert.Equal(2u, decided.Decided.Messages);
        Assert.Equal(["b"], (await client.ReceiveAsync("orders", 1)).Select(message => message.Body));
    }

    [Fact]
    public async Task Message_is_found_by_its_id_when_it_is_committed_and_not_before()
    {
        await using var engine = await StartAsync();
        var client = await TransactionClient.OpenAsync(engine);
        ulong transaction = await client.BeginAsync();
        var prepared = await client.PrepareAsync(transaction, "orders", Named("x"), Named("a"));
        string id = new MessageId(new PartitionNumber(0), LogPosition.FromBits(prepared.Published.Batches[0].FirstPosition + 1)).ToString();

        var before = await client.AskAsync(new() { ShowMessage = new() { MessageId = id } });
        await client.CommitAsync(transaction);
        var after = await client.AskAsync(new() { ShowMessage = new() { MessageId = id } });

        Assert.Equal((uint)ErrorCode.MessageNotFound, before.Error.Number);
        Assert.Equal("a", V1.Message.Parser.ParseFrom(after.Administration.Message.Message).Body.ToStringUtf8());
        Assert.Equal((ulong)engine.Time.GetUtcNow().ToUnixTimeMilliseconds(), after.Administration.Message.PublishTime);
    }

    private static V1.Message Named(string name) => TransactionClient.Named(name);

    private static Task<TestEngine> StartAsync() => TestEngine.StartOnDiskAsync(new MemoryDisk(), new MovedTime());
}
