using Forewave.Broker.Tests.Fakes;
using Forewave.Broker.Transactions;
using Forewave.Storage.Files.Disk;
using V1 = Forewave.Protocol.V1;

namespace Forewave.Broker.Tests.Transactions;

/// <summary>Many open transactions, and producers that do not keep up with the questions.</summary>
public sealed class ManyTransactionsTests
{
    private const int Transactions = 3_000;
    private static readonly TimeSpan Round = TimeSpan.FromMilliseconds(500);

    private readonly MovedTime _time = new();

    [Fact]
    public async Task Pages_of_a_list_have_all_of_them_once_in_the_order_of_their_beginnings()
    {
        await using var engine = await StartAsync();
        var client = await TransactionClient.OpenAsync(engine);
        ulong[] begun = await BegunAsync(client);

        List<ulong> listed = [];
        for (bool more = true; more;)
        {
            var page = (await client.AskAsync(new() { ListTransactions = new() { Max = 1_000, After = listed.LastOrDefault() } })).Administration.Transactions;
            listed.AddRange(page.Transactions.Select(entry => entry.Transaction));
            more = page.More;
        }
        var none = await client.ListAsync(onlyWaiting: true);

        Assert.Equal(begun, listed);
        Assert.Empty(none.Transactions);
    }

    [Fact]
    public async Task Producer_gets_no_more_questions_than_it_may_leave_unanswered_and_all_of_them_in_the_end()
    {
        await using var engine = await StartAsync();
        // Once each: a question that was dropped would be one too few.
        var client = await TransactionClient.OpenAsync(engine, terms: new V1.CheckBackTerms { First = 1_000, Interval = 3_600_000, Checks = 1 });
        ulong[] begun = await BegunAsync(client);

        List<ulong> asked = [];
        for (int answered = 0; asked.Count < begun.Length;)
        {
            await AskedAsync(engine, client, asked);
            Assert.InRange(asked.Count - answered, 0, UnansweredQuestions.Most);
            for (; answered < asked.Count; answered++)
                await ReadAsync(client, await client.Wire.SendAsync(Unknown(client, asked[answered])), asked);
        }

        Assert.Equal(begun, asked.Order());
        Assert.Equal(0, engine.Gauge("forewave.transactions.waiting"));
    }

    [Fact]
    public async Task Producer_that_never_answers_is_asked_about_the_others_after_an_interval()
    {
        await using var engine = await StartAsync();
        var client = await TransactionClient.OpenAsync(engine, terms: new V1.CheckBackTerms { First = 1_000, Interval = 60_000, Checks = 1 });
        ulong[] begun = await BegunAsync(client);

        List<ulong> asked = [];
        while (asked.Count < begun.Length)
        {
            await AskedAsync(engine, client, asked);
            engine.Time.Move(TimeSpan.FromSeconds(5));
        }

        Assert.Equal(begun, asked.Order());
    }

    private static async Task<ulong[]> BegunAsync(TransactionClient client)
    {
        ulong[] begun = new ulong[Transactions];
        for (int i = 0; i < begun.Length; i++)
        {
            begun[i] = await client.BeginAsync();
            Assert.Null((await client.PrepareAsync(begun[i], "orders", TransactionClient.Named($"{i}"))).Error);
        }
        return begun;
    }

    /// <summary>What the broker asks in a few rounds.</summary>
    private static async Task AskedAsync(TestEngine engine, TransactionClient client, List<ulong> asked)
    {
        for (int round = 0; round < 4; round++)
        {
            engine.Time.Move(Round);
            for (int turn = 0; turn < 100; turn++)
                await Task.Yield();
            await ReadAsync(client, await client.Wire.SendAsync(new V1.ClientFrame { Ping = new V1.Ping() }), asked);
        }
    }

    /// <summary>Reads until an answer; what is asked meanwhile is noted.</summary>
    private static async Task ReadAsync(TransactionClient client, ulong answer, List<ulong> asked)
    {
        while (await client.Wire.ReadAsync() is { } frame && frame.Correlation != answer)
        {
            if (frame.CheckBack is { } question)
                asked.Add(question.Transaction);
        }
    }

    private static V1.ClientFrame Unknown(TransactionClient client, ulong transaction) => new()
    {
        Decide = new V1.Decide { Producer = client.Producer, Transaction = transaction, Decision = V1.TransactionDecision.Unknown },
    };

    private Task<TestEngine> StartAsync() => TestEngine.StartOnDiskAsync(new MemoryDisk(), _time);
}
