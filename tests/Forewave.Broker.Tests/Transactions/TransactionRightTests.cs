using Forewave.Broker.Tests.Fakes;
using Forewave.Broker.Tests.Users;
using Forewave.Protocol;
using Forewave.Storage.Files.Disk;
using V1 = Forewave.Protocol.V1;

namespace Forewave.Broker.Tests.Transactions;

/// <summary>A producer's name is anybody's: what counts is the right to publish what the transaction has.</summary>
public sealed class TransactionRightTests
{
    [Fact]
    public async Task Transaction_is_decided_and_added_to_only_by_who_may_publish_all_that_is_in_it()
    {
        await using var engine = await StartAsync();
        var shop = await LoggedInAsync(engine, "ann", 1);
        var thief = await LoggedInAsync(engine, "bob", 2);
        ulong transaction = await shop.BeginAsync();
        await shop.PrepareAsync(transaction, "orders", TransactionClient.Named("a"));

        var commit = await thief.CommitAsync(transaction);
        var rollBack = await thief.RollBackAsync(transaction);
        var added = await thief.PrepareAtAsync(transaction, 2, "stock", TransactionClient.Named("b"));
        var own = await shop.CommitAsync(transaction);
        var dora = await KnownUsers.LoggedInAsync(engine, "dora");
        string id = new MessageId(new PartitionNumber(0), LogPosition.FromBits(transaction)).ToString();
        var again = await dora.AskAsync(new V1.AdministrationRequest { DecideTransaction = new() { TransactionId = id, Commit = true } });

        Assert.All([commit, rollBack, added], answer => Assert.Equal((uint)ErrorCode.RightMissing, answer.Error?.Number));
        Assert.Equal((1u, 1ul), (own.Decided.Messages, again.Administration.Changed.Messages));
    }

    [Fact]
    public async Task How_a_transaction_ended_is_told_to_its_own_name_alone_also_after_a_restart()
    {
        var (disk, time) = (new MemoryDisk(), new MovedTime());
        ulong transaction;
        await using (var before = await TestEngine.StartOnDiskAsync(disk, time))
        {
            var shop = await TransactionClient.OpenAsync(before);
            transaction = await shop.BeginAsync();
            await shop.PrepareAsync(transaction, "orders", TransactionClient.Named("a"));
            await shop.CommitAsync(transaction);
            await TellsItsNameAsync(before, transaction);
        }

        await using var engine = await TestEngine.StartOnDiskAsync(disk, time);
        await TellsItsNameAsync(engine, transaction);
    }

    [Fact]
    public async Task Only_who_may_decide_is_asked()
    {
        await using var engine = await StartAsync();
        // It came first: by name alone it would be asked first.
        var stranger = await LoggedInAsync(engine, "bob", 2);
        var shop = await LoggedInAsync(engine, "ann", 1);
        ulong transaction = await shop.BeginAsync();
        await shop.PrepareAsync(transaction, "orders", TransactionClient.Named("a"));

        var question = await shop.AskedAsync(engine, stranger);

        Assert.Equal((transaction, 1u), (question.Transaction, question.Check));
    }

    [Fact]
    public async Task Operator_needs_the_right_on_all_queues_where_one_of_the_transaction_was_deleted()
    {
        await using var engine = await StartAsync();
        var shop = await LoggedInAsync(engine, "ann", 1);
        ulong transaction = await shop.BeginAsync();
        await shop.PrepareAsync(transaction, "orders", TransactionClient.Named("a"));
        string id = new MessageId(new PartitionNumber(0), LogPosition.FromBits(transaction)).ToString();
        var root = await KnownUsers.LoggedInAsync(engine, "root");
        Assert.Null((await root.AskAsync(new V1.AdministrationRequest { DeleteQueue = new() { Queue = "orders" } })).Error);

        var carl = await KnownUsers.LoggedInAsync(engine, "carl");
        var shown = await carl.AskAsync(new V1.AdministrationRequest { ShowTransaction = new() { TransactionId = id } });
        var decided = await carl.AskAsync(new V1.AdministrationRequest { DecideTransaction = new() { TransactionId = id } });
        var byRoot = await root.AskAsync(new V1.AdministrationRequest { DecideTransaction = new() { TransactionId = id } });
        var again = await root.AskAsync(new V1.AdministrationRequest { DecideTransaction = new() { TransactionId = id } });

        Assert.All([shown, decided], answer => Assert.Equal((uint)ErrorCode.RightMissing, answer.Error?.Number));
        Assert.Equal((1ul, 1ul), (byRoot.Administration.Changed.Messages, again.Administration.Changed.Messages));
    }

    private static async Task TellsItsNameAsync(TestEngine engine, ulong transaction)
    {
        var sibling = await TransactionClient.OpenAsync(engine, number: 2);
        var stranger = await TransactionClient.OpenAsync(engine, number: 3, name: "other");

        Assert.Equal(1u, (await sibling.CommitAsync(transaction)).Decided.Messages);
        Assert.Equal((uint)ErrorCode.TransactionDecided, (await sibling.RollBackAsync(transaction)).Error.Number);
        Assert.Equal((uint)ErrorCode.TransactionNotFound, (await stranger.CommitAsync(transaction)).Error.Number);
        Assert.Equal((uint)ErrorCode.TransactionNotFound, (await stranger.RollBackAsync(transaction)).Error.Number);
    }

    private static async Task<TestEngine> StartAsync()
    {
        var engine = await TestEngine.StartOnDiskAsync(new MemoryDisk(), new MovedTime());
        await KnownUsers.MakeAsync(engine, KnownUsers.Add("ann", "publish:orders"), KnownUsers.Add("dora", "manage:orders"), KnownUsers.Add("bob", "publish:stock"), KnownUsers.Add("carl", "consume,manage:stock"));
        return engine;
    }

    private static async Task<TransactionClient> LoggedInAsync(TestEngine engine, string user, ulong number) =>
        await TransactionClient.OpenAsync(await KnownUsers.LoggedInAsync(engine, user), number, "shop", new V1.CheckBackTerms { First = 1_000, Interval = 1_000 });
}
