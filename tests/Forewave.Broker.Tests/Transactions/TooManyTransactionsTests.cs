using Forewave.Broker.Scheduling.Pending;
using Forewave.Broker.Tests.Fakes;
using Forewave.Broker.Transactions;
using Forewave.Protocol;
using Forewave.Storage;
using Google.Protobuf;
using V1 = Forewave.Protocol.V1;

namespace Forewave.Broker.Tests.Transactions;

/// <summary>A partition with nearly as many open transactions, messages or deduplication ids of them as it may have: its log has them when it starts.</summary>
public sealed class TooManyTransactionsTests
{
    // Of those in the log; nothing here is for it.
    private const uint Producer = 7;
    private const uint Queue = 1_000;

    private readonly MovedTime _time = new();

    [Fact]
    public async Task None_is_begun_while_as_many_are_open_as_may_be_and_those_go_on()
    {
        var log = new FakeStore { Time = _time };
        Begin(log, Limits.OpenTransactions - 1);
        var store = log.Reopen();
        await using var engine = await TestEngine.StartAsync(store, time: _time);
        var client = await TransactionClient.OpenAsync(engine);
        ulong last = await client.BeginAsync();

        var refused = await client.AskToBeginAsync();
        int begun = CountOf(store, RecordType.TransactionBegun);
        long open = engine.Gauge("forewave.transactions.open");
        var prepared = await client.PrepareAsync(last, "orders", TransactionClient.Named("a"));
        var decided = await client.RollBackAsync(last);
        var next = await client.AskToBeginAsync();

        Assert.Equal((uint)ErrorCode.TooManyTransactions, refused.Error.Number);
        Assert.Equal((Limits.OpenTransactions, Limits.OpenTransactions), (begun, (int)open));
        Assert.Null(prepared.Error);
        Assert.Equal(1u, decided.Decided.Messages);
        Assert.NotNull(next.TransactionBegun);
    }

    [Fact]
    public async Task Nothing_is_prepared_beyond_the_messages_that_open_transactions_may_have_repeats_among_them()
    {
        const int Whole = Limits.PreparedMessages / Limits.TransactionMessages;
        const int Repeats = 10;
        var log = new FakeStore { Time = _time };
        var first = Begin(log, Whole);
        for (int i = 0; i < Whole - 1; i++)
            Append(log, Prepared(first.Plus((ulong)i), Limits.TransactionMessages, []));
        var lastLogged = first.Plus(Whole - 1);
        Append(log, Prepared(lastLogged, Limits.TransactionMessages - Repeats - 1, []));
        Append(log, new PreparedRepeatsRecord(new PreparedStamp { Queue = Queue, First = Limits.TransactionMessages - Repeats }, Repeats, first.Bits).Draft(Producer, lastLogged));
        var store = log.Reopen();
        await using var engine = await TestEngine.StartAsync(store, time: _time);
        var client = await TransactionClient.OpenAsync(engine);
        ulong transaction = await client.BeginAsync();

        var two = await client.PrepareAsync(transaction, "orders", TransactionClient.Named("a"), TransactionClient.Named("b"));
        int records = CountOf(store, RecordType.Prepared);
        long messages = engine.Gauge("forewave.transactions.messages");
        var one = await client.PrepareAsync(transaction, "orders", TransactionClient.Named("a"));
        var oneMore = await client.PrepareAsync(transaction, "orders", TransactionClient.Named("b"));
        await client.RollBackAsync(lastLogged.Bits);
        var later = await client.PrepareAsync(transaction, "orders", TransactionClient.Named("b"));
        var decided = await client.RollBackAsync(transaction);

        Assert.Equal((uint)ErrorCode.TooManyTransactions, two.Error.Number);
        Assert.Equal((Whole, (long)Limits.PreparedMessages - Repeats - 1), (records, messages));
        Assert.Null(one.Error);
        Assert.Equal((uint)ErrorCode.TooManyTransactions, oneMore.Error.Number);
        Assert.Null(later.Error);
        Assert.Equal(2u, decided.Decided.Messages);
    }

    [Fact]
    public async Task Nothing_with_a_deduplication_id_is_prepared_beyond_those_that_may_be_held_and_the_rest_is()
    {
        const int Whole = Limits.HeldDeduplicationIds / Limits.TransactionMessages;
        var log = new FakeStore { Time = _time };
        var first = Begin(log, Whole);
        for (int i = 0; i < Whole; i++)
        {
            int ids = i < Whole - 1 ? Limits.TransactionMessages : Limits.TransactionMessages - 2;
            Append(log, Prepared(first.Plus((ulong)i), ids, MessagesWithIds(i, ids)));
        }
        await using var engine = await TestEngine.StartAsync(log.Reopen(), time: _time);
        var client = await TransactionClient.OpenAsync(engine);
        ulong transaction = await client.BeginAsync();

        var three = await client.PrepareAsync(transaction, "orders", WithId("a"), WithId("b"), WithId("c"));
        long held = engine.Gauge("forewave.deduplication.held");
        var without = await client.PrepareAsync(transaction, "orders", [.. "def".Select(name => TransactionClient.Named($"{name}"))]);
        var two = await client.PrepareAsync(transaction, "orders", WithId("a"), WithId("b"));
        var oneMore = await client.PrepareAsync(transaction, "orders", WithId("c"));
        await client.RollBackAsync(first.Bits);
        var later = await client.PrepareAsync(transaction, "orders", WithId("c"));
        var decided = await client.RollBackAsync(transaction);

        Assert.Equal((uint)ErrorCode.TooManyTransactions, three.Error.Number);
        Assert.Equal(Limits.HeldDeduplicationIds - 2, held);
        Assert.Null(without.Error);
        Assert.Null(two.Error);
        Assert.Equal((uint)ErrorCode.TooManyTransactions, oneMore.Error.Number);
        Assert.Null(later.Error);
        Assert.Equal(6u, decided.Decided.Messages);
    }

    private static LogPosition Begin(FakeStore log, int transactions)
    {
        var terms = new CheckBackTerms { First = Limits.DefaultFirstCheck, Interval = Limits.DefaultCheckInterval, Checks = Limits.DefaultChecks };
        return Append(log, [.. Enumerable.Repeat(new BegunRecord(terms, "shop").Draft(Producer), transactions)]);
    }

    private static LogPosition Append(FakeStore log, params RecordDraft[] drafts)
    {
        Assert.Equal(AppendOutcome.Appended, log.TryAppend(drafts, out var first));
        return first;
    }

    private RecordDraft Prepared(LogPosition transaction, int messages, byte[] payload) => new()
    {
        Type = RecordType.Prepared, Count = messages, Queue = LaneNumber.OfPrepared(Timestamp.From(_time.GetUtcNow())).Value, Source = Producer,
        Sequence = new PreparedStamp { Queue = Queue, First = 1 }.Sequence, Extra = transaction.Bits, Payload = payload, PayloadCrc = Checksum.Of(payload),
    };

    private static byte[] MessagesWithIds(int transaction, int messages)
    {
        var run = new V1.PublishBatch();
        run.Messages.AddRange(Enumerable.Range(0, messages).Select(i => WithId($"{transaction}-{i}").ToByteString()));
        return run.ToByteArray();
    }

    private static V1.Message WithId(string id) => new() { DeduplicationId = id };

    private static int CountOf(FakeStore store, RecordType type) => store.Records.Count(record => record.Header.Type == type);
}
