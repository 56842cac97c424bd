using System.Collections.Concurrent;
using System.Text;
using Forewave.Client;
using Forewave.Client.Consuming;
using Forewave.Client.Producing;
using Forewave.Client.Transactions;
using Forewave.Integration.Tests.Security;
using Forewave.Protocol;
using Forewave.Testing;
using Microsoft.Extensions.Logging;

namespace Forewave.Integration.Tests.Scenarios;

/// <summary>Messages and a business transaction as one, by the SDK, on the real broker in the process.</summary>
public abstract class TransactionScenarios(ScenarioBroker startBroker)
{
    private static readonly QueueName Orders = new("orders");
    private static readonly QueueName Stock = new("stock");
    private static readonly ProducerName Shop = new("shop");
    private static readonly TimeSpan Soon = TimeSpan.FromSeconds(20);

    private readonly ConcurrentDictionary<TransactionId, TransactionOutcome> _database = new();

    [Fact]
    public async Task Messages_come_when_their_transaction_is_committed()
    {
        await using var broker = await startBroker();
        await using var client = broker.CreateClient();
        await using var producer = Producer(client);
        await using var transaction = await producer.BeginTransactionAsync();

        var order = await transaction.PublishAsync(Orders, Named("order"));
        var both = await transaction.PublishAsync([new(Stock, Named("stock")), new(Orders, Named("mail"))]);
        var before = await ReceiveAsync(client, Orders, 1, TimeSpan.Zero);
        await transaction.CommitAsync();
        await transaction.CommitAsync();
        var orders = await ReceiveAsync(client, Orders, 2, Soon);
        var stock = await ReceiveAsync(client, Stock, 1, Soon);

        Assert.Empty(before);
        Assert.Equal([("order", order.MessageId), ("mail", both[1].MessageId)], orders);
        Assert.Equal([("stock", both[0].MessageId)], stock);
        await Assert.ThrowsAsync<ForewaveException>(async () => await transaction.RollBackAsync());
    }

    [Fact]
    public async Task Transaction_that_is_disposed_without_a_decision_is_rolled_back()
    {
        await using var broker = await startBroker();
        await using var client = broker.CreateClient();
        await using var producer = Producer(client);
        TransactionId id;
        await using (var transaction = await producer.BeginTransactionAsync())
        {
            id = transaction.Id;
            await transaction.PublishAsync(Orders, Named("never"));
        }
        await producer.PublishAsync(Orders, Named("after"));

        var received = await ReceiveAsync(client, Orders, 1, Soon);
        var refused = await Assert.ThrowsAsync<ForewaveException>(async () => await client.Administration.Transactions.CommitAsync(id));

        Assert.Equal(["after"], received.Select(message => message.Body));
        Assert.Equal(ErrorCode.TransactionDecided, refused.Code);
    }

    [Fact]
    public async Task Producer_without_a_handler_begins_none()
    {
        await using var broker = await startBroker();
        await using var client = broker.CreateClient();
        await using var producer = client.CreateProducer();

        var refused = await Assert.ThrowsAsync<ForewaveException>(async () => await producer.BeginTransactionAsync());

        Assert.Equal(ErrorCode.CheckBackMissing, refused.Code);
    }

    [Theory]
    [InlineData(TransactionOutcome.Committed)]
    [InlineData(TransactionOutcome.RolledBack)]
    public async Task Another_instance_answers_for_one_that_died_between_the_two_commits(TransactionOutcome outcome)
    {
        await using var broker = await startBroker();
        await using (var dying = broker.CreateClient())
        {
            await using var producer = Producer(dying);
            var transaction = await producer.BeginTransactionAsync();
            await transaction.PublishAsync(Orders, Named("order"));
            _database[transaction.Id] = outcome;
        }
        await using var client = broker.CreateClient();
        await using var sibling = Producer(client);

        await DecidedAsync(broker, client);
        await sibling.PublishAsync(Orders, Named("last"));
        string[] expected = outcome == TransactionOutcome.Committed ? ["order", "last"] : ["last"];
        var received = await ReceiveAsync(client, Orders, expected.Length, Soon);

        Assert.Equal(expected, received.Select(message => message.Body));
    }

    [Fact]
    public async Task Handler_that_throws_or_hangs_or_does_not_know_is_asked_again()
    {
        await using var broker = await startBroker();
        await using var client = broker.CreateClient();
        int asked = 0;
        await using var producer = client.CreateProducer(new ProducerOptions
        {
            Name = Shop,
            CheckBackTiming = new CheckBackTiming { First = TimeSpan.FromSeconds(1), Interval = TimeSpan.FromSeconds(1), Checks = Limits.MaxChecks },
            CheckBack = async (question, cancellation) =>
            {
                int which = Interlocked.Increment(ref asked);
                if (which == 1)
                    throw new InvalidOperationException("the database is away");
                if (which == 2)
                    await Task.Delay(Timeout.InfiniteTimeSpan, TimeProvider.System, cancellation);
                return which == 3 ? TransactionOutcome.Unknown : TransactionOutcome.Committed;
            },
        });
        var transaction = await producer.BeginTransactionAsync();
        await transaction.PublishAsync(Orders, Named("order"));

        await DecidedAsync(broker, client);
        var received = await ReceiveAsync(client, Orders, 1, Soon);

        Assert.Equal(["order"], received.Select(message => message.Body));
        Assert.True(Volatile.Read(ref asked) >= 4);
    }

    [Theory]
    [InlineData(TransactionOutcome.Committed, TransactionOutcome.RolledBack)]
    [InlineData(TransactionOutcome.RolledBack, TransactionOutcome.Committed)]
    public async Task Of_two_answers_of_a_handler_that_differ_the_first_counts_and_the_second_is_refused_and_told(TransactionOutcome first, TransactionOutcome second)
    {
        await using var broker = await startBroker();
        using KeptLog log = new();
        using var logging = LoggerFactory.Create(builder => builder.AddProvider(log));
        await using var client = broker.CreateClient(new ForewaveClientOptions { LoggerFactory = logging });
        int asked = 0;
        TaskCompletionSource askedAgain = NewSignal();
        TaskCompletionSource decided = NewSignal();
        await using var producer = client.CreateProducer(new ProducerOptions
        {
            Name = Shop,
            // The second question comes after an interval of the broker's clock, while the first is being answered by the client's.
            CheckBackTiming = new CheckBackTiming { First = TimeSpan.FromSeconds(1), Interval = TimeSpan.FromMinutes(2) },
            CheckBack = async (_, cancellation) =>
            {
                if (Interlocked.Increment(ref asked) == 1)
                {
                    await askedAgain.Task.WaitAsync(cancellation);
                    return first;
                }
                askedAgain.TrySetResult();
                await decided.Task.WaitAsync(cancellation);
                return second;
            },
        });
        var transaction = await producer.BeginTransactionAsync();
        await transaction.PublishAsync(Orders, Named("order"));

        await DecidedAsync(broker, client);
        decided.SetResult();
        string told = $"Transaction {transaction.Id} was {second} by the check-back handler, and the broker did not take it";
        await UntilAsync(broker, () => Task.FromResult(log.Text.Contains(told, StringComparison.Ordinal)));
        await producer.PublishAsync(Orders, Named("last"));
        string[] expected = first == TransactionOutcome.Committed ? ["order", "last"] : ["last"];
        var received = await ReceiveAsync(client, Orders, expected.Length, Soon);

        Assert.Equal(expected, received.Select(message => message.Body));
        Assert.Contains(nameof(ErrorCode.TransactionDecided), log.Text, StringComparison.Ordinal);
        Assert.DoesNotContain($"was {first} by the check-back handler", log.Text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Of_a_roll_back_and_an_answer_that_says_otherwise_at_once_one_counts_and_the_program_hears_which()
    {
        const int Races = 10;
        await using var broker = await startBroker();
        await using var client = broker.CreateClient();
        TaskCompletionSource asked = NewSignal();
        TaskCompletionSource answer = NewSignal();
        await using var producer = client.CreateProducer(new ProducerOptions
        {
            Name = Shop,
            CheckBack = async (_, cancellation) =>
            {
                asked.TrySetResult();
                await answer.Task.WaitAsync(cancellation);
                return TransactionOutcome.Committed;
            },
        });
        List<string> committed = [];
        for (int race = 0; race < Races; race++)
        {
            (asked, answer) = (NewSignal(), NewSignal());
            var transaction = await producer.BeginTransactionAsync();
            await transaction.PublishAsync(Orders, Named($"{race}"));
            await UntilAsync(broker, () => Task.FromResult(asked.Task.IsCompleted));
            // Who is first is the race's: each begins it as often as the other.
            if (race % 2 == 0)
                answer.SetResult();
            Task rollBack = transaction.RollBackAsync();
            answer.TrySetResult();
            if (await Record.ExceptionAsync(() => rollBack) is ForewaveException { Code: ErrorCode.TransactionDecided })
                committed.Add($"{race}");
            else
                Assert.True(rollBack.IsCompletedSuccessfully, $"{rollBack.Exception}");
            await DecidedAsync(broker, client);
        }
        await producer.PublishAsync(Orders, Named("last"));
        var received = await ReceiveAsync(client, Orders, committed.Count + 1, Soon);

        Assert.Equal([.. committed, "last"], received.Select(message => message.Body));
    }

    [Fact]
    public async Task Local_transaction_and_messages_are_one()
    {
        await using var broker = await startBroker();
        await using var client = broker.CreateClient();
        await using var producer = Producer(client);

        await producer.RunTransactionAsync([new(Orders, Named("good"))], (id, _) => CommitLocallyAsync(id, TransactionOutcome.Committed));
        await Assert.ThrowsAsync<InvalidOperationException>(() => producer.RunTransactionAsync([new(Orders, Named("bad"))], async (id, _) =>
        {
            await CommitLocallyAsync(id, TransactionOutcome.RolledBack);
            throw new InvalidOperationException("the order is not paid");
        }));
        await Assert.ThrowsAsync<InvalidOperationException>(() => producer.RunTransactionAsync([new(Orders, Named("late"))], async (id, _) =>
        {
            await CommitLocallyAsync(id, TransactionOutcome.Committed);
            throw new InvalidOperationException("the answer to the commit was lost");
        }));
        await DecidedAsync(broker, client);
        var received = await ReceiveAsync(client, Orders, 2, Soon);

        Assert.Equal(["good", "late"], received.Select(message => message.Body));
    }

    [Fact]
    public async Task Transaction_goes_on_through_a_restart_of_the_broker()
    {
        await using var broker = await startBroker();
        await using var client = broker.CreateClient();
        await using var producer = Producer(client);
        await using var transaction = await producer.BeginTransactionAsync();
        await transaction.PublishAsync(Orders, Named("before"));

        await broker.RestartAsync();
        await transaction.PublishAsync(Orders, Named("between"));
        await broker.RestartAsync();
        await transaction.CommitAsync();
        await broker.RestartAsync();
        await transaction.CommitAsync();
        var received = await ReceiveAsync(client, Orders, 2, Soon);

        Assert.Equal(["before", "between"], received.Select(message => message.Body));
    }

    [Fact]
    public async Task Operator_sees_the_messages_of_an_open_transaction_and_decides()
    {
        await using var broker = await startBroker();
        await using var client = broker.CreateClient();
        await using var producer = Producer(client);
        var transaction = await producer.BeginTransactionAsync();
        await transaction.PublishAsync([.. Enumerable.Range(0, 250).Select(i => new TransactionMessage(i % 2 == 0 ? Orders : Stock, Named($"{i}")))]);
        var transactions = client.Administration.Transactions;

        var listed = await AllAsync(transactions.ListAsync());
        var messages = await AllAsync(transactions.ListMessagesAsync(transaction.Id));
        long decided = await transactions.RollBackAsync(transaction.Id);
        long again = await transactions.RollBackAsync(transaction.Id);

        var one = Assert.Single(listed);
        Assert.Equal((transaction.Id, "shop", 250, false), (one.Id, one.Producer, one.Messages, one.IsWaiting));
        Assert.Equal([Orders, Stock], one.Queues);
        Assert.Equal(Enumerable.Range(0, 250).Select(i => $"{i}"), messages.Select(message => Encoding.UTF8.GetString(message.Body!.Value.Span)));
        Assert.Equal((250L, 250L), (decided, again));
        Assert.Empty(await AllAsync(transactions.ListAsync()));
        await Assert.ThrowsAsync<ForewaveException>(async () => await transaction.CommitAsync());
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Message_with_the_id_of_an_open_transaction_waits_for_its_end(bool commits)
    {
        await using var broker = await startBroker();
        await using var client = broker.CreateClient();
        await using var producer = Producer(client);
        await using var transaction = await producer.BeginTransactionAsync();
        var first = await transaction.PublishAsync(Orders, WithId("first"));

        var outside = producer.PublishAsync(Orders, WithId("outside")).AsTask();
        var neighbour = await producer.PublishAsync(Orders, Named("neighbour") with { DeduplicationId = "another" });
        await broker.RestartAsync();
        var next = await producer.PublishAsync(Orders, Named("next") with { DeduplicationId = "next" });
        bool waits = !outside.IsCompleted;
        await (commits ? transaction.CommitAsync() : transaction.RollBackAsync());
        var stored = await outside;
        await broker.RestartAsync();
        await using var second = await producer.BeginTransactionAsync();
        var inside = await second.PublishAsync([new(Orders, WithId("inside")), new(Orders, Named("order"))]);
        await second.CommitAsync();
        var received = await ReceiveAsync(client, Orders, 4, Soon);

        Assert.True(waits);
        Assert.Equal((commits, commits), (stored.IsDuplicate, stored.MessageId == first.MessageId));
        Assert.Equal((false, false), (neighbour.IsDuplicate, next.IsDuplicate));
        Assert.Equal([(true, stored.MessageId), (false, inside[1].MessageId)], inside.Select(receipt => (receipt.IsDuplicate, receipt.MessageId)));
        Assert.Equal(new[] { commits ? "first" : "outside", "neighbour", "next", "order" }.Order(), received.Select(message => message.Body).Order());
    }

    private static Message WithId(string body) => Named(body) with { DeduplicationId = "id" };

    private Producer Producer(ForewaveClient client) => client.CreateProducer(new ProducerOptions
    {
        Name = Shop,
        CheckBack = (question, _) => ValueTask.FromResult(_database.GetValueOrDefault(question.Transaction, TransactionOutcome.Unknown)),
    });

    private Task CommitLocallyAsync(TransactionId id, TransactionOutcome outcome)
    {
        _database[id] = outcome;
        return Task.CompletedTask;
    }

    private static TaskCompletionSource NewSignal() => new(TaskCreationOptions.RunContinuationsAsynchronously);

    private static Task DecidedAsync(TestBroker broker, ForewaveClient client) =>
        UntilAsync(broker, async () => (await AllAsync(client.Administration.Transactions.ListAsync())).Count == 0);

    /// <summary>Lets the broker's time pass, 25 times as fast as the client's, until something is so.</summary>
    private static async Task UntilAsync(TestBroker broker, Func<Task<bool>> isSo)
    {
        while (!await isSo())
        {
            broker.Clock.Advance(TimeSpan.FromMilliseconds(500));
            await Task.Delay(TimeSpan.FromMilliseconds(20), TimeProvider.System);
        }
    }

    private static async Task<List<(string Body, MessageId Id)>> ReceiveAsync(ForewaveClient client, QueueName queue, int count, TimeSpan wait)
    {
        await using var consumer = client.CreateConsumer(queue, new GroupName("warehouse"));
        List<(string, MessageId)> received = [];
        do
        {
            foreach (var message in await consumer.ReceiveAsync(count - received.Count, wait))
            {
                received.Add((Encoding.UTF8.GetString(message.Body.Span), message.Id));
                await message.AckAsync();
            }
        }
        while (received.Count < count && wait > TimeSpan.Zero);
        return received;
    }

    private static async Task<List<T>> AllAsync<T>(IAsyncEnumerable<T> listing)
    {
        List<T> all = [];
        await foreach (var one in listing)
            all.Add(one);
        return all;
    }

    private static Message Named(string name) => new(Encoding.UTF8.GetBytes(name));
}
