using Forewave.Broker.Tests.Fakes;
using Forewave.Storage.Files.Disk;

namespace Forewave.Broker.Tests.Transactions;

/// <summary>The age that operators set an alert on.</summary>
public sealed class TransactionAgeTests
{
    private const string Age = "forewave.transactions.oldest.age";

    private readonly MemoryDisk _disk = new();
    private readonly MovedTime _time = new();

    [Fact]
    public async Task Age_is_that_of_the_oldest_open_transaction_through_restarts_and_zero_without_one()
    {
        ulong first, second;
        double none, atOnce, later;
        await using (var before = await StartAsync())
        {
            var client = await TransactionClient.OpenAsync(before);
            none = before.Seconds(Age);
            first = await PreparedAsync(client);
            atOnce = before.Seconds(Age);
            _time.Move(TimeSpan.FromSeconds(20));
            second = await PreparedAsync(client);
            _time.Move(TimeSpan.FromMilliseconds(2_500));
            later = before.Seconds(Age);
        }
        _time.Move(TimeSpan.FromHours(1));
        await using var engine = await StartAsync();
        double restarted = engine.Seconds(Age);
        var sibling = await TransactionClient.OpenAsync(engine, number: 2);

        await sibling.CommitAsync(first);
        var open = await sibling.ListAsync();
        double ofSecond = engine.Seconds(Age);
        await sibling.RollBackAsync(second);
        var notAny = await sibling.ListAsync();

        Assert.Equal([0, 0, 22.5, 3_622.5, 3_602.5, 0], [none, atOnce, later, restarted, ofSecond, engine.Seconds(Age)]);
        Assert.Equal((1, 0), (open.Transactions.Count, notAny.Transactions.Count));
    }

    private static async Task<ulong> PreparedAsync(TransactionClient client)
    {
        ulong transaction = await client.BeginAsync();
        await client.PrepareAsync(transaction, "orders", TransactionClient.Named("a"));
        return transaction;
    }

    private Task<TestEngine> StartAsync() => TestEngine.StartOnDiskAsync(_disk, _time);
}
