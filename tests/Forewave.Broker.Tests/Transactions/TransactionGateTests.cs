using Forewave.Broker.Tests.Fakes;
using Forewave.Protocol;
using Forewave.Storage.Files.Disk;
using V1 = Forewave.Protocol.V1;

namespace Forewave.Broker.Tests.Transactions;

/// <summary>Switches and quotas hold for what is prepared, as for what is published.</summary>
public sealed class TransactionGateTests
{
    [Fact]
    public async Task Nothing_is_prepared_while_publishes_are_off_and_what_was_prepared_is_committed()
    {
        await using var engine = await StartAsync(new MovedTime());
        var client = await TransactionClient.OpenAsync(engine);
        ulong transaction = await client.BeginAsync();
        await client.PrepareAsync(transaction, "orders", TransactionClient.Named("a"));
        await SetAsync(client, "publish@orders", "false");

        var refused = await client.PrepareAsync(transaction, "orders", TransactionClient.Named("b"));
        var repeated = await client.PrepareAtAsync(transaction, 1, "orders", TransactionClient.Named("a"));
        var committed = await client.CommitAsync(transaction);
        var received = await client.ReceiveAsync("orders", 1);

        Assert.Equal((uint)ErrorCode.PublishOff, refused.Error.Number);
        Assert.Null(repeated.Error);
        Assert.Equal(1u, committed.Decided.Messages);
        Assert.Equal(["a"], received.Select(message => message.Body));
    }

    [Fact]
    public async Task Repeat_by_its_id_is_answered_while_publishes_are_off_and_what_is_refused_holds_no_id()
    {
        await using var engine = await StartAsync(new MovedTime());
        var client = await TransactionClient.OpenAsync(engine);
        var original = await client.PublishAsync("orders", 1, WithId("a", "stored"));
        ulong transaction = await client.BeginAsync();
        await SetAsync(client, "publish@orders", "false");

        var refused = await client.PrepareAsync(transaction, "orders", WithId("b", "new"), WithId("c", "stored"));
        var repeated = await client.PrepareAsync(transaction, "orders", WithId("d", "stored"));

        Assert.Equal((uint)ErrorCode.PublishOff, refused.Error.Number);
        Assert.Equal((true, original.FirstPosition), (repeated.Published.Batches[0].Duplicate, repeated.Published.Batches[0].FirstPosition));
        Assert.Equal(0, engine.Gauge("forewave.deduplication.held"));
    }

    [Fact]
    public async Task Request_for_two_queues_is_charged_to_both_or_to_none_and_told_when_to_come_again()
    {
        MovedTime time = new();
        await using var engine = await StartAsync(time);
        var client = await TransactionClient.OpenAsync(engine);
        ulong transaction = await client.BeginAsync();
        await SetAsync(client, "queueMessagesPerSecond@orders", "1");
        await SetAsync(client, "queueMessagesPerSecond@stock", "1");
        V1.PublishBatch[] both = [Batch(await client.QueueAsync("orders"), 2), Batch(await client.QueueAsync("stock"), 3)];
        await client.PrepareAsync(transaction, "stock", TransactionClient.Named("a"));

        var refused = await client.PrepareAsync(transaction, both);
        time.Move(TimeSpan.FromMilliseconds(refused.Error.RetryAfter));
        var taken = await client.PrepareAsync(transaction, both);

        Assert.Equal(((uint)ErrorCode.QuotaExceeded, 900u), (refused.Error.Number, refused.Error.RetryAfter));
        Assert.Null(taken.Error);
        Assert.Equal(3u, (await client.CommitAsync(transaction)).Decided.Messages);
    }

    private static V1.Message WithId(string name, string id) => new(TransactionClient.Named(name)) { DeduplicationId = id };

    private static V1.PublishBatch Batch(uint queue, ulong first) => TestClient.Batch(queue, first, 1);

    private static async Task SetAsync(TransactionClient client, string name, string value)
    {
        var answer = await client.AskAsync(new V1.AdministrationRequest { SetSetting = new V1.SetSetting { Name = name, Value = value } });
        Assert.True(answer.Administration is not null, $"{answer}");
    }

    private static Task<TestEngine> StartAsync(MovedTime time) => TestEngine.StartOnDiskAsync(new MemoryDisk(), time);
}
