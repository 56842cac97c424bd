using Forewave.Broker.Tests.Fakes;
using Forewave.Protocol;
using Forewave.Storage.Files.Disk;
using Google.Protobuf;
using V1 = Forewave.Protocol.V1;

namespace Forewave.Broker.Tests.Transactions;

/// <summary>Deduplication ids of what transactions prepare.</summary>
public sealed class TransactionIdTests
{
    private readonly MemoryDisk _disk = new();
    private readonly MovedTime _time = new();

    [Fact]
    public async Task Id_of_an_open_transaction_is_refused_to_all_others_until_its_commit_and_a_repeat_then()
    {
        await using var engine = await StartAsync();
        var (client, other) = (await TransactionClient.OpenAsync(engine), await TransactionClient.OpenAsync(engine, number: 2));
        var (first, second) = (await client.BeginAsync(), await other.BeginAsync());
        var prepared = await client.PrepareAsync(first, "orders", Named("a", "id"));

        var outside = await other.PublishAsync("orders", 1, Named("b", "id"));
        var inside = await other.PrepareAsync(second, "orders", Named("c", "id"), Named("d"));
        var elsewhere = await other.PrepareAsync(second, "stock", Named("e", "id"));
        long held = engine.Gauge("forewave.deduplication.held");
        await client.CommitAsync(first);
        var repeat = await other.PublishAsync("orders", 2, Named("b", "id"));
        var repeatInside = await other.PrepareAsync(second, "orders", Named("c", "id"), Named("d"));
        var decided = await other.CommitAsync(second);
        var received = await client.ReceiveAsync("orders", 2);

        ulong position = Batch(prepared).FirstPosition;
        Assert.Equal((uint)ErrorCode.DeduplicationIdHeld, outside.Error.Number);
        Assert.Equal((uint)ErrorCode.DeduplicationIdHeld, inside.Error.Number);
        Assert.Null(elsewhere.Error);
        Assert.Equal(2, held);
        Assert.Equal((true, position), (repeat.Duplicate, repeat.FirstPosition));
        Assert.Equal([0b01], Batch(repeatInside).Repeated.ToByteArray());
        Assert.Equal(position, Batch(repeatInside).Positions[0]);
        Assert.Equal(2u, decided.Decided.Messages);
        Assert.Equal([("a", position), ("d", Batch(repeatInside).Positions[1])], received.Select(message => (message.Body, message.Position)));
        Assert.Equal(0, engine.Gauge("forewave.deduplication.held"));
    }

    [Theory]
    [InlineData("producer")]
    [InlineData("operator")]
    [InlineData("sibling")]
    public async Task Id_is_free_after_the_roll_back_whoever_decides(string who)
    {
        await using var engine = await StartAsync();
        var (client, other) = (await TransactionClient.OpenAsync(engine), await TransactionClient.OpenAsync(engine, number: 2));
        ulong transaction = await client.BeginAsync();
        await client.PrepareAsync(transaction, "orders", Named("a", "id"), Named("b", "other"));

        if (who == "operator")
            await client.AskAsync(new() { DecideTransaction = new() { TransactionId = Assert.Single((await client.ListAsync()).Transactions).TransactionId } });
        else
            await (who == "producer" ? client : other).RollBackAsync(transaction);
        var next = await other.PublishAsync("orders", 1, Named("c", "id"));
        var repeat = await other.PublishAsync("orders", 2, Named("d", "id"));

        Assert.False(next.Duplicate);
        Assert.Equal((true, next.FirstPosition), (repeat.Duplicate, repeat.FirstPosition));
        Assert.Equal(["c"], (await client.ReceiveAsync("orders", 1)).Select(message => message.Body));
    }

    [Fact]
    public async Task Id_that_is_stored_is_answered_with_the_original_and_not_prepared()
    {
        await using var engine = await StartAsync();
        var client = await TransactionClient.OpenAsync(engine);
        var original = await client.PublishAsync("orders", 1, Named("a", "id"));
        ulong transaction = await client.BeginAsync();

        var all = await client.PrepareAsync(transaction, "orders", Named("b", "id"));
        var some = await client.PrepareAsync(transaction, "orders", Named("c", "new"), Named("d", "id"), Named("e"), Named("f", "new"));
        var decided = await client.CommitAsync(transaction);
        var received = await client.ReceiveAsync("orders", 3);

        Assert.Equal((true, original.FirstPosition), (Batch(all).Duplicate, Batch(all).FirstPosition));
        Assert.False(Batch(some).Duplicate);
        Assert.Equal([0b1010], Batch(some).Repeated.ToByteArray());
        var positions = Batch(some).Positions;
        Assert.Equal([positions[0], original.FirstPosition, positions[2], positions[0]], positions.ToArray());
        Assert.Equal(2u, decided.Decided.Messages);
        Assert.Equal([("a", original.FirstPosition), ("c", positions[0]), ("e", positions[2])], received.Select(message => (message.Body, message.Position)));
    }

    [Fact]
    public async Task Id_that_is_in_the_transaction_already_is_a_repeat_of_that_and_free_with_it()
    {
        await using var engine = await StartAsync();
        var client = await TransactionClient.OpenAsync(engine);
        ulong transaction = await client.BeginAsync();
        var first = await client.PrepareAsync(transaction, "orders", Named("a", "id"));

        var again = await client.PrepareAsync(transaction, "orders", Named("b", "id"));
        var rolledBack = await client.RollBackAsync(transaction);
        var next = await client.PublishAsync("orders", 1, Named("c", "id"));

        Assert.Equal((true, Batch(first).FirstPosition), (Batch(again).Duplicate, Batch(again).FirstPosition));
        Assert.Equal(1u, rolledBack.Decided.Messages);
        Assert.False(next.Duplicate);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Prepare_with_repeats_that_is_sent_again_is_answered_as_before_and_numbers_go_on(bool restarts)
    {
        var engine = await StartAsync();
        var client = await TransactionClient.OpenAsync(engine);
        await client.PublishAsync("orders", 1, Named("x", "stored"));
        ulong transaction = await client.BeginAsync();
        var prepared = await client.PrepareAtAsync(transaction, 1, "orders", Named("a", "id"), Named("b", "stored"), Named("c"), Named("d", "id"));
        if (restarts)
        {
            await engine.DisposeAsync();
            engine = await StartAsync();
            client = await TransactionClient.OpenAsync(engine);
        }

        var again = await client.PrepareAtAsync(transaction, 1, "orders", Named("a", "id"), Named("b", "stored"), Named("c"), Named("d", "id"));
        var part = await client.PrepareAtAsync(transaction, 4, "orders", Named("d", "id"));
        var other = await client.PrepareAtAsync(transaction, 2, "orders", Named("b"));
        var gap = await client.PrepareAtAsync(transaction, 6, "orders", Named("e"));
        var next = await client.PrepareAtAsync(transaction, 5, "orders", Named("e"));
        var decided = await client.CommitAsync(transaction);
        var received = await client.ReceiveAsync("orders", 4);
        await engine.DisposeAsync();

        Assert.Equal(Batch(prepared).Positions, Batch(again).Positions);
        Assert.Equal((false, Batch(prepared).Repeated), (Batch(again).Duplicate, Batch(again).Repeated));
        Assert.Equal((true, Batch(prepared).Positions[0]), (Batch(part).Duplicate, Batch(part).FirstPosition));
        Assert.Equal((uint)ErrorCode.FieldInvalid, other.Error.Number);
        Assert.Equal((uint)ErrorCode.SequenceGap, gap.Error.Number);
        Assert.Null(next.Error);
        Assert.Equal(3u, decided.Decided.Messages);
        Assert.Equal(["x", "a", "c", "e"], received.Select(message => message.Body));
    }

    [Theory]
    [InlineData(V1.TransactionDecision.Commit)]
    [InlineData(V1.TransactionDecision.RollBack)]
    public async Task Id_is_held_through_restarts_and_what_was_decided_counts_after_one(V1.TransactionDecision decision)
    {
        ulong transaction, position;
        await using (var before = await StartAsync())
        {
            var client = await TransactionClient.OpenAsync(before);
            transaction = await client.BeginAsync();
            position = Batch(await client.PrepareAsync(transaction, "orders", Named("a", "id"))).FirstPosition;
        }
        V1.PublishedBatch held;
        await using (var between = await StartAsync())
        {
            var client = await TransactionClient.OpenAsync(between, number: 2);
            held = await client.PublishAsync("orders", 1, Named("b", "id"));
            await client.DecideAsync(transaction, decision);
        }
        await using var engine = await StartAsync();
        var later = await TransactionClient.OpenAsync(engine, number: 3);

        var decided = await later.PublishAsync("orders", 1, Named("c", "id"));
        var received = await later.ReceiveAsync("orders", 1);

        Assert.Equal((uint)ErrorCode.DeduplicationIdHeld, held.Error.Number);
        Assert.Null(decided.Error);
        Assert.Equal(decision == V1.TransactionDecision.Commit, decided.Duplicate);
        Assert.Equal(decision == V1.TransactionDecision.Commit, decided.FirstPosition == position);
        Assert.Equal([decision == V1.TransactionDecision.Commit ? "a" : "c"], received.Select(message => message.Body));
    }

    [Theory]
    [InlineData(599_999, true)]
    [InlineData(600_000, false)]
    public async Task Window_counts_from_the_commit(int milliseconds, bool isKnown)
    {
        await using var engine = await StartAsync();
        var client = await TransactionClient.OpenAsync(engine);
        ulong transaction = await client.BeginAsync();
        await client.PrepareAsync(transaction, "orders", Named("a", "id"));
        engine.Time.Move(TimeSpan.FromMinutes(11));
        var held = await (await TransactionClient.OpenAsync(engine, number: 2)).PublishAsync("orders", 1, Named("b", "id"));
        await (await TransactionClient.OpenAsync(engine, number: 3)).CommitAsync(transaction);
        // The answer does not wait until the broker has looked at the clock.
        while (engine.Gauge("forewave.deduplication.held") > 0)
            await Task.Yield();
        engine.Time.Move(TimeSpan.FromMilliseconds(milliseconds));

        var answer = await (await TransactionClient.OpenAsync(engine, number: 4)).PublishAsync("orders", 1, Named("c", "id"));

        Assert.Equal((uint)ErrorCode.DeduplicationIdHeld, held.Error.Number);
        Assert.Equal(isKnown, answer.Duplicate);
    }

    [Fact]
    public async Task Transaction_of_repeats_alone_is_not_taken_for_an_empty_one()
    {
        await using var engine = await StartAsync();
        var client = await TransactionClient.OpenAsync(engine);
        await client.PublishAsync("orders", 1, Named("a", "id"));
        ulong transaction = await client.BeginAsync();
        await client.PrepareAsync(transaction, "orders", Named("b", "id"));

        // An empty one is forgotten, and nobody is asked.
        var question = client.QuestionAsync();
        await client.LetPassAsync(engine, () => question.IsCompleted || engine.Gauge("forewave.transactions.open") == 0);
        var decided = await client.CommitAsync(transaction);

        Assert.Equal((transaction, 0u), ((await question).Transaction, (await question).Messages));
        Assert.Equal((V1.TransactionDecision.Commit, 0u), (decided.Decided.Decision, decided.Decided.Messages));
    }

    [Theory]
    [InlineData(V1.TransactionDecision.Commit)]
    [InlineData(V1.TransactionDecision.RollBack)]
    public async Task Ids_go_with_a_queue_that_is_deleted(V1.TransactionDecision decision)
    {
        await using var engine = await StartAsync();
        var (client, other) = (await TransactionClient.OpenAsync(engine), await TransactionClient.OpenAsync(engine, number: 2));
        ulong transaction = await client.BeginAsync();
        await client.PrepareAsync(transaction, "gone", Named("a", "id"));
        Assert.NotNull((await client.AskAsync(new() { DeleteQueue = new() { Queue = "gone" } })).Administration);

        var before = await other.PublishAsync("gone", 1, Named("b", "id"));
        var decided = await client.DecideAsync(transaction, decision);
        var after = await other.PublishAsync("gone", 2, Named("c", "id"));

        Assert.Equal((null, false), (before.Error, before.Duplicate));
        Assert.Equal(1u, decided.Decided.Messages);
        Assert.Equal((true, before.FirstPosition), (after.Duplicate, after.FirstPosition));
        Assert.Equal(0, engine.Gauge("forewave.deduplication.held"));
    }

    [Fact]
    public async Task Commit_of_more_ids_than_a_table_has_makes_all_of_them_known_also_after_a_restart()
    {
        const int Ids = 45;
        var options = new BrokerOptions { DeduplicationTableIds = 10, StopGrace = TimeSpan.Zero };
        ulong position;
        var engine = await TestEngine.StartOnDiskAsync(_disk, _time, options);
        var client = await TransactionClient.OpenAsync(engine);
        for (int i = 0; i < 25; i++)
            await client.PublishAsync("orders", (ulong)i + 1, Named("x", $"before-{i}"));
        ulong transaction = await client.BeginAsync();
        position = Batch(await client.PrepareAsync(transaction, "orders", [.. Enumerable.Range(0, Ids).Select(i => Named($"{i}", $"id-{i}"))])).FirstPosition;
        Assert.Equal((uint)Ids, (await client.CommitAsync(transaction)).Decided.Messages);

        for (int life = 0; life < 2; life++)
        {
            for (int i = 0; i < Ids; i++)
            {
                var repeat = await client.PublishAsync("orders", (ulong)((life == 0 ? 25 : 0) + i) + 1, Named("again", $"id-{i}"));
                Assert.Equal((true, position + (ulong)i), (repeat.Duplicate, repeat.FirstPosition));
            }
            await engine.DisposeAsync();
            engine = await TestEngine.StartOnDiskAsync(_disk, _time, options);
            client = await TransactionClient.OpenAsync(engine, number: 2);
        }
        await engine.DisposeAsync();
    }

    [Fact]
    public async Task Repeat_that_is_sent_again_is_answered_only_when_the_commit_of_the_original_is_on_stable_storage()
    {
        var store = new FakeStore { CommitsByItself = false };
        await using var engine = await TestEngine.StartAsync(store);
        var client = await TransactionClient.OpenAsync(engine);
        var batch = new V1.PublishBatch { Queue = await client.QueueAsync("orders"), FirstSequence = 1 };
        batch.Messages.Add(Named("a", "id").ToByteString());
        ulong transaction = await client.BeginAsync();
        var prepare = new V1.Prepare { Transaction = transaction, Publish = new V1.Publish { Producer = client.Producer } };
        prepare.Publish.Batches.Add(batch);
        await client.Wire.SendAsync(new V1.ClientFrame { Prepare = prepare });
        await client.Wire.AskAsync(new V1.ClientFrame { Ping = new V1.Ping() });
        store.Commit();
        ulong position = Batch((await client.Wire.ReadAsync())!).FirstPosition;

        // The commit, a repeat of what it stores, and that once more: none of them is committed to the log.
        await client.Wire.SendAsync(new V1.ClientFrame { Decide = new V1.Decide { Producer = client.Producer, Transaction = transaction, Decision = V1.TransactionDecision.Commit } });
        await client.Wire.SendAsync(TestClient.PublishFrame(client.Producer, batch));
        await client.Wire.SendAsync(TestClient.PublishFrame(client.Producer, batch));
        ulong ping = await client.Wire.SendAsync(new V1.ClientFrame { Ping = new V1.Ping() });

        Assert.Equal(ping, (await client.Wire.ReadAsync())!.Correlation);
        store.Commit();
        V1.ServerFrame[] answers = [(await client.Wire.ReadAsync())!, (await client.Wire.ReadAsync())!, (await client.Wire.ReadAsync())!];
        Assert.Equal(V1.TransactionDecision.Commit, Assert.Single(answers, answer => answer.Decided is not null).Decided.Decision);
        Assert.All(answers.Where(answer => answer.Decided is null), answer => Assert.Equal((true, position), (Batch(answer).Duplicate, Batch(answer).FirstPosition)));
    }

    [Fact]
    public async Task Delayed_urgent_and_keyed_messages_have_ids_too()
    {
        await using var engine = await StartAsync();
        var client = await TransactionClient.OpenAsync(engine);
        V1.Message[] messages = [Named("late", "1"), Named("urgent", "2"), Named("keyed", "3")];
        (messages[0].Delay, messages[1].Priority, messages[2].OrderingKey) = (60_000, 9, "k");
        ulong transaction = await client.BeginAsync();
        var prepared = Batch(await client.PrepareAsync(transaction, "orders", messages));

        List<V1.PublishedBatch> held = [];
        List<V1.PublishedBatch> repeats = [];
        foreach (var message in messages)
            held.Add(await client.PublishAsync("orders", (ulong)held.Count + 1, Named("x", message.DeduplicationId)));
        await client.CommitAsync(transaction);
        foreach (var message in messages)
            repeats.Add(await client.PublishAsync("orders", (ulong)repeats.Count + 4, Named("x", message.DeduplicationId)));

        Assert.All(held, answer => Assert.Equal((uint)ErrorCode.DeduplicationIdHeld, answer.Error.Number));
        Assert.Equal([0ul, 1, 2], repeats.Select(answer => answer.FirstPosition - prepared.FirstPosition));
        Assert.All(repeats, answer => Assert.True(answer.Duplicate));
    }

    [Fact]
    public async Task Batch_with_an_id_that_is_held_is_refused_whole_and_takes_no_other_id()
    {
        await using var engine = await StartAsync();
        var (client, other) = (await TransactionClient.OpenAsync(engine), await TransactionClient.OpenAsync(engine, number: 2));
        ulong transaction = await client.BeginAsync();
        await client.PrepareAsync(transaction, "orders", Named("a", "held"));

        var refused = await other.PublishAsync("orders", 1, Named("b", "free"), Named("c", "held"));
        var alone = await other.PublishAsync("orders", 3, Named("b", "free"));

        Assert.Equal((uint)ErrorCode.DeduplicationIdHeld, refused.Error.Number);
        Assert.Equal((null, false), (alone.Error, alone.Duplicate));
    }

    [Fact]
    public async Task Refused_prepare_holds_none_of_its_ids()
    {
        await using var engine = await StartAsync();
        var (client, other) = (await TransactionClient.OpenAsync(engine), await TransactionClient.OpenAsync(engine, number: 2));
        var (first, second) = (await client.BeginAsync(), await other.BeginAsync());
        await client.PrepareAsync(first, "orders", Named("a", "held"));

        var refused = await other.PrepareAsync(second, "orders", Named("b", "free"), Named("c", "held"));
        var taken = await client.PrepareAsync(first, "orders", Named("d", "free"));

        Assert.Equal((uint)ErrorCode.DeduplicationIdHeld, refused.Error.Number);
        Assert.Equal((null, false), (taken.Error, Batch(taken).Duplicate));
    }

    [Fact]
    public async Task Id_is_refused_where_deduplication_is_off()
    {
        await using var engine = await TestEngine.StartOnDiskAsync(_disk, _time, new BrokerOptions { Deduplication = false, StopGrace = TimeSpan.Zero });
        var client = await TransactionClient.OpenAsync(engine);
        ulong transaction = await client.BeginAsync();

        var refused = await client.PrepareAsync(transaction, "orders", Named("a", "id"));

        Assert.Equal((uint)ErrorCode.CapabilityMissing, refused.Error.Number);
    }

    private static V1.Message Named(string name, string? id = null) => id is null
        ? TransactionClient.Named(name)
        : new V1.Message(TransactionClient.Named(name)) { DeduplicationId = id };

    private static V1.PublishedBatch Batch(V1.ServerFrame answer) => Assert.Single(answer.Published.Batches);

    private Task<TestEngine> StartAsync() => TestEngine.StartOnDiskAsync(_disk, _time);
}
