using Forewave.Broker.Tests.Fakes;
using Forewave.Protocol;
using Forewave.Storage.Files.Disk;
using V1 = Forewave.Protocol.V1;

namespace Forewave.Broker.Tests.Transactions;

public sealed class TransactionRestartTests
{
    private readonly MemoryDisk _disk = new();
    private readonly MovedTime _time = new();

    [Fact]
    public async Task Open_transaction_survives_a_restart_with_its_messages()
    {
        ulong transaction;
        V1.ServerFrame prepared;
        await using (var before = await StartAsync())
        {
            var client = await TransactionClient.OpenAsync(before);
            transaction = await client.BeginAsync();
            prepared = await client.PrepareAsync(transaction, "orders", Named("a"));
        }
        await using var engine = await StartAsync();
        var later = await TransactionClient.OpenAsync(engine);

        var again = await later.PrepareAtAsync(transaction, 1, "orders", Named("a"));
        var more = await later.PrepareAtAsync(transaction, 2, "orders", Named("b"));
        var decided = await later.CommitAsync(transaction);
        var received = await later.ReceiveAsync("orders", 2);

        Assert.Equal(prepared.Published.Batches[0].FirstPosition, again.Published.Batches[0].FirstPosition);
        Assert.Null(more.Error);
        Assert.Equal(2u, decided.Decided.Messages);
        Assert.Equal([("a", 1ul), ("b", 2ul)], received.Select(message => (message.Body, message.Offset)));
    }

    [Fact]
    public async Task Decision_is_known_after_restarts()
    {
        ulong committed, rolledBack;
        await using (var before = await StartAsync())
        {
            var client = await TransactionClient.OpenAsync(before);
            committed = await client.BeginAsync();
            rolledBack = await client.BeginAsync();
            await client.PrepareAsync(committed, "orders", Named("a"));
            await client.PrepareAsync(rolledBack, "orders", Named("b"));
            await client.CommitAsync(committed);
            await client.RollBackAsync(rolledBack);
        }
        await using (await StartAsync())
        {
            // A life of its own: the checkpoint of its end has what the one before had.
        }
        await using var engine = await StartAsync();
        var later = await TransactionClient.OpenAsync(engine);

        var commit = await later.CommitAsync(committed);
        var opposite = await later.RollBackAsync(committed);
        var rollBack = await later.RollBackAsync(rolledBack);
        var received = await later.ReceiveAsync("orders", 1);

        Assert.Equal(1u, commit.Decided.Messages);
        Assert.Equal((uint)ErrorCode.TransactionDecided, opposite.Error.Number);
        Assert.Equal(1u, rollBack.Decided.Messages);
        Assert.Equal([("a", 1ul)], received.Select(message => (message.Body, message.Offset)));
    }

    [Fact]
    public async Task Producers_are_asked_again_after_a_restart()
    {
        ulong transaction;
        await using (var before = await StartAsync())
        {
            var client = await TransactionClient.OpenAsync(before, terms: new V1.CheckBackTerms { First = 2_000 });
            transaction = await client.BeginAsync();
            await client.PrepareAsync(transaction, "orders", Named("a"));
        }
        await using var engine = await StartAsync();
        var later = await TransactionClient.OpenAsync(engine, number: 2);

        var question = await later.AskedAsync(engine);

        Assert.Equal((transaction, 1u), (question.Transaction, question.Check));
    }

    [Fact]
    public async Task What_was_prepared_for_many_transactions_comes_from_the_disk_after_a_restart()
    {
        const int Transactions = 1_200;
        List<ulong> begun = [];
        await using (var before = await StartAsync())
        {
            var client = await TransactionClient.OpenAsync(before);
            for (int i = 0; i < Transactions; i++)
            {
                begun.Add(await client.BeginAsync());
                await client.PrepareAsync(begun[i], i % 2 == 0 ? "orders" : "stock", Named($"{i}"));
            }
        }
        await using var engine = await StartAsync();
        var later = await TransactionClient.OpenAsync(engine);

        Assert.Equal(Transactions, engine.Gauge("forewave.transactions.open"));
        foreach (ulong transaction in begun)
            Assert.Equal(1u, (await later.CommitAsync(transaction)).Decided.Messages);
        var orders = await later.ReceiveAsync("orders", Transactions / 2);
        var stock = await later.ReceiveAsync("stock", Transactions / 2);

        Assert.Equal(Enumerable.Range(0, Transactions / 2).Select(i => $"{i * 2}"), orders.Select(message => message.Body));
        Assert.Equal(Enumerable.Range(0, Transactions / 2).Select(i => $"{(i * 2) + 1}"), stock.Select(message => message.Body));
        Assert.Equal(0, engine.Gauge("forewave.transactions.messages"));
    }

    private static V1.Message Named(string name) => TransactionClient.Named(name);

    private Task<TestEngine> StartAsync() => TestEngine.StartOnDiskAsync(_disk, _time);
}
