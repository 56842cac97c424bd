using System.Collections.Concurrent;
using System.Text;
using Forewave.Client;
using Forewave.Client.Producing;
using Forewave.Client.Transactions;
using Forewave.Protocol;
using Forewave.Storage.MySql.Tests.Server;

namespace Forewave.Storage.MySql.Tests.Cluster;

/// <summary>Transactions that are open while the master is lost.</summary>
[Collection(MariaDbPairGroup.Name)]
[Trait("Suite", "cluster")]
public sealed class TransactionFailoverTests(MariaDbPair databases) : IAsyncLifetime
{
    private static readonly QueueName Orders = new("orders");
    private static readonly QueueName Stock = new("stock");
    private static readonly GroupName Group = new("warehouse");
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(1);
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(100);

    private readonly ConcurrentDictionary<TransactionId, TransactionOutcome> _database = new();
    private readonly ConcurrentDictionary<TransactionId, int> _asked = new();

    public Task InitializeAsync() => databases.ResetAsync();

    public Task DisposeAsync() => Task.CompletedTask;

    [Fact]
    public async Task Transactions_of_the_old_master_are_decided_and_asked_about_by_the_new_one()
    {
        await using BrokerPair group = await BrokerPair.StartedAsync(databases);
        await using ForewaveClient client = new(new ForewaveClientOptions { Server = group.Addresses });
        await using Producer producer = client.CreateProducer(Shop(TimeSpan.FromMinutes(30)));
        await using Transaction decidedBefore = await producer.BeginTransactionAsync();
        await decidedBefore.PublishAsync([Named(Orders, "before 0"), Named(Stock, "before 1")]);
        await decidedBefore.CommitAsync();
        await using Transaction committed = await producer.BeginTransactionAsync();
        await committed.PublishAsync([Named(Orders, "committed 0"), Named(Stock, "committed 1")]);
        await using Transaction rolledBack = await producer.BeginTransactionAsync();
        await rolledBack.PublishAsync(Orders, new Message("never"u8.ToArray()));
        // These two nobody decides: the old master would ask much later than the new one is there.
        await using Producer dying = client.CreateProducer(Shop(TimeSpan.FromSeconds(15)));
        TransactionId good = await LeftAsync(dying, "asked");
        TransactionId bad = await LeftAsync(dying, "never asked for");
        (_database[good], _database[bad]) = (TransactionOutcome.Committed, TransactionOutcome.RolledBack);

        await databases.A.KillAsync();
        await group.A.KillAsync();
        int askedBefore = _asked.Count;
        await group.UntilMasterAsync("B");
        await committed.PublishAsync(Orders, new Message("committed 2"u8.ToArray()));
        await committed.CommitAsync();
        await committed.CommitAsync();
        await rolledBack.RollBackAsync();
        await decidedBefore.CommitAsync();
        ForewaveException refused = await Assert.ThrowsAsync<ForewaveException>(() => rolledBack.CommitAsync());
        await UntilNoneIsOpenAsync(client, group);
        await producer.PublishAsync(Orders, new Message("last"u8.ToArray()));
        await producer.PublishAsync(Stock, new Message("last"u8.ToArray()));

        Assert.Equal(["before 0", "committed 0", "committed 2", "asked 0", "last"], await BodiesAsync(client, Orders));
        Assert.Equal(["before 1", "committed 1", "asked 1", "last"], await BodiesAsync(client, Stock));
        Assert.Equal((ErrorCode.TransactionDecided, 0), (refused.Code, askedBefore));
        Assert.Equal([good, bad], _asked.Keys.Order(Comparer<TransactionId>.Create((one, other) => one.Position.CompareTo(other.Position))));
    }

    private ProducerOptions Shop(TimeSpan first) => new()
    {
        Name = new ProducerName("shop"),
        CheckBackTiming = new CheckBackTiming { First = first, Interval = TimeSpan.FromSeconds(1), Checks = Limits.MaxChecks },
        CheckBack = (question, _) =>
        {
            _asked.AddOrUpdate(question.Transaction, 1, static (_, times) => times + 1);
            return ValueTask.FromResult(_database.GetValueOrDefault(question.Transaction, TransactionOutcome.Unknown));
        },
    };

    private static async Task<TransactionId> LeftAsync(Producer producer, string name)
    {
        Transaction transaction = await producer.BeginTransactionAsync();
        await transaction.PublishAsync([Named(Orders, $"{name} 0"), Named(Stock, $"{name} 1")]);
        return transaction.Id;
    }

    private static async Task UntilNoneIsOpenAsync(ForewaveClient client, BrokerPair group)
    {
        using CancellationTokenSource end = new(Patience, TimeProvider.System);
        try
        {
            while (await client.Administration.Transactions.ListAsync(cancellation: end.Token).AnyAsync(end.Token))
                await Task.Delay(Pause, TimeProvider.System, end.Token);
        }
        catch (OperationCanceledException)
        {
            Assert.Fail($"transactions stay open\n{group.Log}");
        }
    }

    private static async Task<List<string>> BodiesAsync(ForewaveClient client, QueueName queue)
    {
        await using var consumer = client.CreateConsumer(queue, Group);
        List<string> bodies = [];
        while (bodies.LastOrDefault() != "last")
        {
            foreach (var message in await consumer.ReceiveAsync(10, Patience))
            {
                bodies.Add(Encoding.UTF8.GetString(message.Body.Span));
                await message.AckAsync();
            }
        }

        return bodies;
    }

    private static TransactionMessage Named(QueueName queue, string name) => new(queue, new Message(Encoding.UTF8.GetBytes(name)));
}
