using Forewave.Broker.Tests.Cluster;
using Forewave.Broker.Tests.Fakes;
using Forewave.Protocol;
using Forewave.Protocol.Routes;
using Forewave.Storage.Files.Disk;
using V1 = Forewave.Protocol.V1;

namespace Forewave.Broker.Tests.Transactions;

/// <summary>Transactions of a broker that is partition 0 of 0 and 1.</summary>
public sealed class TransactionPartitionTests
{
    private static readonly SlotMap Map = SlotMap.Spread([new(0), new(1)]);

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Message_of_another_partition_is_refused_with_all_that_came_with_it_and_the_transaction_goes_on(bool byKey)
    {
        await using var engine = await TestEngine.StartOnDiskAsync(
            new MemoryDisk(), new MovedTime(), new BrokerOptions { Cluster = new FakeCluster(Map), StopGrace = TimeSpan.Zero });
        var client = await TransactionClient.OpenAsync(engine);
        ulong transaction = await client.BeginAsync();
        await client.PrepareAsync(transaction, "orders", Of(0, "a", byKey));

        var refused = await client.PrepareAsync(transaction, "orders", TransactionClient.Named("b"), Of(0, "c", byKey), Of(1, "d", byKey));
        var entry = Assert.Single((await client.ListAsync()).Transactions);
        long held = engine.Gauge("forewave.deduplication.held");
        var taken = await client.PrepareAsync(transaction, "orders", TransactionClient.Named("e"));
        await client.CommitAsync(transaction);
        var received = await client.ReceiveAsync("orders", 2);

        Assert.Equal((uint)ErrorCode.TransactionSpansPartitions, refused.Error.Number);
        Assert.Contains("by version 1 of its map", refused.Error.Text, StringComparison.Ordinal);
        Assert.Equal((1u, byKey ? 0 : 1), (entry.Messages, held));
        Assert.Null(taken.Error);
        Assert.Equal([("a", 1ul), ("e", 2ul)], received.Select(message => (message.Body, message.Offset)));
    }

    private static V1.Message Of(ushort partition, string name, bool byKey)
    {
        string key = Enumerable.Range(0, 100).Select(one => $"{name}-{one}").First(key => Map.OwnerOf(key) == new PartitionNumber(partition));
        var message = TransactionClient.Named(name);
        if (byKey)
            message.OrderingKey = key;
        else
            message.DeduplicationId = key;
        return message;
    }
}
