using System.Text;
using Forewave.Client.Producing;
using Forewave.Client.Tests.Fakes;
using Forewave.Client.Transactions;
using Forewave.Protocol;

namespace Forewave.Client.Tests.Routing;

/// <summary>In which of two partitions a transaction is, and what becomes of messages of the other one.</summary>
public sealed class TransactionPartitionTests : IAsyncLifetime
{
    private static readonly QueueName Queue = new("orders");

    private readonly FakeNetwork _network = new(2);
    private readonly ForewaveClient _client;
    private readonly Producer _producer;

    public TransactionPartitionTests()
    {
        _client = new ForewaveClient(_network.Options);
        _producer = _client.CreateProducer(new ProducerOptions { Name = new ProducerName("shop"), CheckBack = (_, _) => ValueTask.FromResult(TransactionOutcome.Unknown) });
    }

    /// <summary>Completes when the producer is known at both; what that took is forgotten.</summary>
    public async Task InitializeAsync()
    {
        foreach (FakeNode node in _network.Nodes)
        {
            while (!await TryBeginAsync(node.Partition))
            {
                await Task.Yield();
            }

            node.Transactions.Clear();
        }
    }

    public async Task DisposeAsync()
    {
        await _producer.DisposeAsync();
        await _client.DisposeAsync();
    }

    [Fact]
    public async Task Transaction_is_where_its_first_ordering_key_is_and_slots_are_asked_for_once()
    {
        HashSet<PartitionNumber> partitions = [];
        for (int i = 0; i < 20; i++)
        {
            string key = $"key-{i}";
            await using Transaction transaction = await BeginAsync(new TransactionOptions { Queue = Queue, OrderingKey = key });
            Receipt receipt = await transaction.PublishAsync(Queue, Keyed(key, "order")).Soon();
            await transaction.CommitAsync().Soon();

            Assert.Equal(_network.Slots.OwnerOf(key), transaction.Id.Partition);
            Assert.Equal(transaction.Id.Partition, receipt.MessageId.Partition);
            partitions.Add(transaction.Id.Partition);
        }

        Assert.Equal(2, partitions.Count);
        Assert.Equal(20, _network.Nodes.Sum(node => node.Transactions.Count(done => done == "commit")));
        Assert.Equal(1, _network.Nodes.Sum(node => node.SlotsTold));
    }

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    public async Task Transaction_is_in_the_partition_that_was_chosen_whatever_the_key_says(int chosenPartition)
    {
        PartitionNumber partition = new((ushort)chosenPartition);
        await using Transaction chosen = await BeginAsync(new TransactionOptions { Partition = partition });
        await using Transaction both = await BeginAsync(new TransactionOptions { Partition = partition, Queue = Queue, OrderingKey = KeyOf(1 - chosenPartition) });

        Assert.Equal((partition, partition), (chosen.Id.Partition, both.Id.Partition));
        Assert.Equal(["begin", "begin"], _network.Nodes[chosenPartition].Transactions);
    }

    [Fact]
    public async Task Transactions_without_options_go_round()
    {
        for (int i = 0; i < 10; i++)
        {
            (await BeginAsync(null)).Leave();
        }

        Assert.All(_network.Nodes, node => Assert.Equal(5, node.Transactions.Count));
    }

    [Fact]
    public async Task Partition_that_is_not_there_and_a_key_without_its_queue_are_refused_and_nothing_is_begun()
    {
        ForewaveException nowhere = await Assert.ThrowsAsync<ForewaveException>(() => BeginAsync(new TransactionOptions { Partition = new PartitionNumber(2) }));
        ForewaveException noQueue = await Assert.ThrowsAsync<ForewaveException>(() => BeginAsync(new TransactionOptions { OrderingKey = "key" }));

        Assert.Equal((ErrorCode.NotOwner, ErrorCode.FieldInvalid), (nowhere.Code, noQueue.Code));
        Assert.All(_network.Nodes, node => Assert.Empty(node.Transactions));
    }

    [Fact]
    public async Task Partition_that_is_away_is_waited_for_until_its_next_master_is_there()
    {
        PartitionNumber away = new(1);
        await _network.RemoveAsync(1);
        List<Task<Transaction>> begun = [];
        // Before the client knows that it is gone, and after.
        for (int i = 0; i < 20; i++)
        {
            begun.Add(_producer.BeginTransactionAsync(new TransactionOptions { Partition = away }).AsTask());
            for (int turn = 0; turn < 100; turn++)
            {
                await Task.Yield();
            }
        }

        FakeNode next = await _network.MoveAsync(1);
        Transaction[] transactions = await Task.WhenAll(begun).Soon();

        Assert.All(transactions, transaction => Assert.Equal(away, transaction.Id.Partition));
        Assert.Equal(20, next.Transactions.Count);
    }

    [Fact]
    public async Task Message_of_another_partition_is_refused_and_the_transaction_goes_on_without_it()
    {
        await using Transaction transaction = await BeginAsync(new TransactionOptions { Queue = Queue, OrderingKey = KeyOf(0) });
        await transaction.PublishAsync(Queue, Keyed(KeyOf(0), "first")).Soon();

        ForewaveException refused = await Assert.ThrowsAsync<ForewaveException>(
            () => transaction.PublishAsync([new(Queue, Keyed(KeyOf(0), "with it")), new(Queue, Keyed(KeyOf(1), "foreign"))]).Soon());
        await transaction.PublishAsync(Queue, Keyed(KeyOf(0), "second")).Soon();
        await transaction.CommitAsync().Soon();

        Assert.Equal((ErrorCode.TransactionSpansPartitions, StoredOutcome.No), (refused.Code, refused.Stored));
        Assert.Equal(["begin", "prepare 1: first", "prepare 2: second", "commit"], _network.Nodes[0].Transactions);
        Assert.Empty(_network.Nodes[1].Transactions);
    }

    [Fact]
    public async Task Local_part_does_not_run_where_a_message_is_of_another_partition()
    {
        bool hasRun = false;

        ForewaveException refused = await Assert.ThrowsAsync<ForewaveException>(() => _producer.RunTransactionAsync(
            [new(Queue, Keyed(KeyOf(1), "own")), new(Queue, Keyed(KeyOf(0), "foreign"))],
            (_, _) =>
            {
                hasRun = true;
                return Task.CompletedTask;
            },
            new TransactionOptions { Partition = new PartitionNumber(1) }).Soon());

        Assert.False(hasRun);
        Assert.Equal(ErrorCode.TransactionSpansPartitions, refused.Code);
        Assert.Equal(["begin", "roll back"], _network.Nodes[1].Transactions);
    }

    private string KeyOf(int partition) =>
        Enumerable.Range(0, 100).Select(one => $"key-{one}").First(key => _network.Slots.OwnerOf(key).Value == partition);

    private Task<Transaction> BeginAsync(TransactionOptions? options) => _producer.BeginTransactionAsync(options).AsTask().Soon();

    private async Task<bool> TryBeginAsync(PartitionNumber partition)
    {
        try
        {
            await using Transaction transaction = await BeginAsync(new TransactionOptions { Partition = partition });
            return true;
        }
        catch (ForewaveException notYet) when (notYet.Code == ErrorCode.NotOwner)
        {
            return false;
        }
    }

    private static Message Keyed(string key, string body) => new(Encoding.UTF8.GetBytes(body)) { OrderingKey = key };
}
