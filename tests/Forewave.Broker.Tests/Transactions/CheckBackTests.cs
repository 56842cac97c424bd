using Forewave.Broker.Tests.Fakes;
using Forewave.Protocol;
using Forewave.Storage;
using Forewave.Storage.Files.Disk;
using V1 = Forewave.Protocol.V1;

namespace Forewave.Broker.Tests.Transactions;

public sealed class CheckBackTests
{
    [Fact]
    public async Task Silent_producer_is_asked_after_6_seconds_and_every_30_after_that()
    {
        await using var engine = await StartAsync();
        var client = await TransactionClient.OpenAsync(engine);
        ulong transaction = await PreparedAsync(client);
        var asked = engine.Time.GetUtcNow();

        var first = await client.AskedAsync(engine);
        var firstAt = engine.Time.GetUtcNow() - asked;
        await client.DecideAsync(transaction, V1.TransactionDecision.Unknown);
        asked = engine.Time.GetUtcNow();
        var second = await client.AskedAsync(engine);
        var secondAt = engine.Time.GetUtcNow() - asked;

        Assert.Equal((transaction, 1u, 2u, client.Producer), (first.Transaction, first.Check, first.Messages, first.Producer));
        Assert.Equal(2u, second.Check);
        Assert.True(firstAt.TotalSeconds >= 6, $"asked after {firstAt}");
        Assert.True(secondAt.TotalSeconds >= 29.5, $"asked again after {secondAt}");
    }

    [Fact]
    public async Task Another_instance_of_the_name_is_asked_when_the_producer_is_gone()
    {
        await using var engine = await StartAsync();
        var dead = await TransactionClient.OpenAsync(engine);
        ulong transaction = await PreparedAsync(dead);
        await dead.Wire.LeaveAsync();
        var stranger = await TransactionClient.OpenAsync(engine, number: 3, name: "other");
        var sibling = await TransactionClient.OpenAsync(engine, number: 2);

        var question = await sibling.AskedAsync(engine);
        var decided = await sibling.CommitAsync(question.Transaction);

        Assert.Equal(transaction, question.Transaction);
        Assert.Equal(2u, decided.Decided.Messages);
        Assert.Equal(["a", "b"], (await sibling.ReceiveAsync("orders", 2)).Select(message => message.Body));
        Assert.Empty((await stranger.ListAsync()).Transactions);
    }

    [Fact]
    public async Task Decided_transaction_is_not_asked_about()
    {
        await using var engine = await StartAsync();
        var client = await TransactionClient.OpenAsync(engine);
        ulong decided = await PreparedAsync(client);
        await client.CommitAsync(decided);
        ulong open = await PreparedAsync(client);

        var question = await client.AskedAsync(engine);

        Assert.Equal(open, question.Transaction);
    }

    [Fact]
    public async Task After_the_last_question_it_waits_until_an_operator_decides()
    {
        await using var engine = await StartAsync();
        var client = await TransactionClient.OpenAsync(engine, terms: new V1.CheckBackTerms { First = 1_000, Interval = 1_000, Checks = 2 });
        ulong transaction = await PreparedAsync(client);
        await client.AskedAsync(engine);
        await client.AskedAsync(engine);
        var none = await client.ListAsync(onlyWaiting: true);
        await client.LetPassAsync(engine, () => engine.Gauge("forewave.transactions.waiting") > 0);

        var waiting = Assert.Single((await client.ListAsync(onlyWaiting: true)).Transactions);
        var shown = (await client.AskAsync(new() { ShowTransaction = new() { TransactionId = waiting.TransactionId, From = 2 } })).Administration.Transaction;
        var changed = await client.AskAsync(new() { DecideTransaction = new() { TransactionId = waiting.TransactionId, Commit = true } });
        var received = await client.ReceiveAsync("orders", 2);

        Assert.Empty(none.Transactions);
        Assert.Equal((transaction, "shop", 2u, 2u, true), (waiting.Transaction, waiting.Producer, waiting.Messages, waiting.Checks, waiting.Waiting));
        Assert.Equal(["orders"], waiting.Queues);
        var message = Assert.Single(shown.Messages);
        Assert.Equal((2u, "orders", "b"), (message.Number, message.Queue, V1.Message.Parser.ParseFrom(message.Message).Body.ToStringUtf8()));
        Assert.Equal(2ul, changed.Administration.Changed.Messages);
        Assert.Equal(["a", "b"], received.Select(one => one.Body));
        Assert.Equal(0, engine.Gauge("forewave.transactions.waiting"));
        Assert.Equal(0, engine.Gauge("forewave.transactions.open"));
    }

    [Fact]
    public async Task Producer_that_has_left_is_not_asked_and_its_transaction_waits_when_nobody_comes()
    {
        await using var engine = await StartAsync();
        var client = await TransactionClient.OpenAsync(engine, terms: new V1.CheckBackTerms { First = 1_000, Interval = 30_000, Checks = 3 });
        ulong transaction = await PreparedAsync(client);
        await client.DecideAsync(0, V1.TransactionDecision.Unknown);
        await client.LetPassAsync(engine, () => engine.Gauge("forewave.transactions.waiting") > 0);

        var waiting = Assert.Single((await client.ListAsync(onlyWaiting: true)).Transactions);
        var sibling = await TransactionClient.OpenAsync(engine, number: 2);
        var question = await sibling.AskedAsync(engine, client);
        var asked = await sibling.ListAsync(onlyWaiting: true);
        var refused = await client.AskToBeginAsync();

        Assert.Equal((transaction, 0u), (waiting.Transaction, waiting.Checks));
        Assert.Equal((transaction, 1u), (question.Transaction, question.Check));
        Assert.Empty(asked.Transactions);
        Assert.Equal((uint)ErrorCode.CheckBackMissing, refused.Error.Number);
    }

    [Fact]
    public async Task First_question_about_a_transaction_that_was_empty_for_long_comes_as_soon_as_about_any()
    {
        await using var engine = await StartAsync();
        var client = await TransactionClient.OpenAsync(engine, terms: new V1.CheckBackTerms { First = 1_000, Interval = 3_600_000 });
        ulong transaction = await client.BeginAsync();
        // It was looked at while it was empty.
        var begun = engine.Time.GetUtcNow();
        await client.LetPassAsync(engine, () => engine.Time.GetUtcNow() - begun > TimeSpan.FromSeconds(5));
        await client.PrepareAsync(transaction, "orders", TransactionClient.Named("a"));
        var prepared = engine.Time.GetUtcNow();

        var question = await client.AskedAsync(engine);

        Assert.Equal((transaction, 1u), (question.Transaction, question.Check));
        Assert.True(engine.Time.GetUtcNow() - prepared < TimeSpan.FromMinutes(10), "asked as late as after an interval");
    }

    [Fact]
    public async Task Decision_that_this_version_does_not_know_is_refused()
    {
        await using var engine = await StartAsync();
        var client = await TransactionClient.OpenAsync(engine);
        ulong transaction = await PreparedAsync(client);

        var refused = await client.DecideAsync(transaction, (V1.TransactionDecision)257);

        Assert.Equal((uint)ErrorCode.FieldInvalid, refused.Error.Number);
        Assert.Single((await client.ListAsync()).Transactions);
    }

    [Fact]
    public async Task Transaction_without_messages_is_forgotten_after_a_while()
    {
        await using var engine = await StartAsync();
        var client = await TransactionClient.OpenAsync(engine);
        ulong transaction = await client.BeginAsync();
        await client.Wire.LeaveAsync();

        for (int i = 0; i < 22 * 60 && engine.Gauge("forewave.transactions.open") > 0; i++)
        {
            engine.Time.Move(TimeSpan.FromMilliseconds(500));
            await Task.Yield();
        }
        var later = await TransactionClient.OpenAsync(engine);
        var decided = await later.CommitAsync(transaction);

        Assert.Equal((uint)ErrorCode.TransactionDecided, decided.Error.Number);
    }

    [Theory]
    [InlineData(999u, 0u, 0u)]
    [InlineData(3_600_001u, 0u, 0u)]
    [InlineData(0u, 999u, 0u)]
    [InlineData(0u, 86_400_001u, 0u)]
    [InlineData(0u, 0u, 1_001u)]
    public async Task Terms_out_of_range_are_refused(uint first, uint interval, uint checks)
    {
        await using var engine = await StartAsync();
        var client = await TestClient.GreetedAsync(engine.Engine);
        var open = new V1.OpenProducer
        {
            ProducerId = Google.Protobuf.ByteString.CopyFrom(new ProducerId(1).ToBytes()), Name = "shop",
            CheckBack = new V1.CheckBackTerms { First = first, Interval = interval, Checks = checks },
        };

        var answer = await client.AskAsync(new V1.ClientFrame { OpenProducer = open });

        Assert.Equal((uint)ErrorCode.FieldInvalid, answer.Error.Number);
    }

    [Fact]
    public async Task Questions_begin_anew_when_messages_come_after_the_last_one()
    {
        await using var engine = await StartAsync();
        var client = await TransactionClient.OpenAsync(engine, terms: new V1.CheckBackTerms { First = 1_000, Interval = 1_000, Checks = 2 });
        ulong transaction = await PreparedAsync(client);
        await client.AskedAsync(engine);
        await client.AskedAsync(engine);
        await client.LetPassAsync(engine, () => engine.Gauge("forewave.transactions.waiting") > 0);

        await client.PrepareAsync(transaction, "orders", TransactionClient.Named("c"));
        double waiting = engine.Gauge("forewave.transactions.waiting");
        var question = await client.AskedAsync(engine);

        Assert.Equal(0, waiting);
        Assert.Equal((transaction, 1u, 3u), (question.Transaction, question.Check, question.Messages));
    }

    [Fact]
    public async Task Decision_that_found_the_disk_full_is_asked_for_again()
    {
        FakeStore store = new();
        await using var engine = await TestEngine.StartAsync(store);
        var client = await TransactionClient.OpenAsync(engine, terms: new V1.CheckBackTerms { First = 1_000, Interval = 1_000, Checks = 1 });
        ulong transaction = await PreparedAsync(client);
        await client.AskedAsync(engine);
        store.Script(AppendOutcome.DiskFull);

        var refused = await client.RollBackAsync(transaction);
        var question = await client.AskedAsync(engine);
        var decided = await client.RollBackAsync(transaction);

        Assert.Equal((uint)ErrorCode.DiskFull, refused.Error.Number);
        Assert.Equal((transaction, 1u), (question.Transaction, question.Check));
        Assert.Equal(2u, decided.Decided.Messages);
    }

    [Fact]
    public async Task Refused_messages_are_a_sign_of_life()
    {
        await using var engine = await StartAsync();
        var client = await TransactionClient.OpenAsync(engine, terms: new V1.CheckBackTerms { First = 10_000, Interval = 1_000, Checks = 2 });
        ulong transaction = await PreparedAsync(client);
        engine.Time.Move(TimeSpan.FromSeconds(9));
        var set = await client.AskAsync(new V1.AdministrationRequest { SetSetting = new V1.SetSetting { Name = "publish", Value = "false" } });
        var refused = await client.PrepareAsync(transaction, "orders", TransactionClient.Named("c"));
        var heard = engine.Time.GetUtcNow();

        await client.AskedAsync(engine);

        Assert.NotNull(set.Administration);
        Assert.Equal((uint)ErrorCode.PublishOff, refused.Error.Number);
        Assert.True((engine.Time.GetUtcNow() - heard).TotalSeconds >= 10, "asked too soon");
    }

    private static async Task<ulong> PreparedAsync(TransactionClient client)
    {
        ulong transaction = await client.BeginAsync();
        await client.PrepareAsync(transaction, "orders", TransactionClient.Named("a"), TransactionClient.Named("b"));
        return transaction;
    }

    private static Task<TestEngine> StartAsync() => TestEngine.StartOnDiskAsync(new MemoryDisk(), new MovedTime());
}
