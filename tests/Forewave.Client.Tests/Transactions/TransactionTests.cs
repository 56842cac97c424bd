using System.Collections.Concurrent;
using Forewave.Client.Producing;
using Forewave.Client.Tests.Fakes;
using Forewave.Client.Transactions;
using Forewave.Protocol;
using Command = Forewave.Protocol.V1.ClientFrame.CommandOneofCase;
using V1 = Forewave.Protocol.V1;

namespace Forewave.Client.Tests.Transactions;

/// <summary>Transactions against a broker whose every answer the test gives; it is partition 3.</summary>
public sealed class TransactionTests
{
    private const ulong Begun = 0x1_0000_0010;

    private static readonly PartitionNumber Partition = new(3);

    [Fact]
    public async Task Question_keeps_its_partition_when_the_connection_is_gone_before_the_handler_is_asked()
    {
        TaskCompletionSource goOn = new(TaskCreationOptions.RunContinuationsAsynchronously);
        TaskCompletionSource all = new(TaskCreationOptions.RunContinuationsAsynchronously);
        ConcurrentBag<TransactionId> asked = [];
        await using Scene scene = Start(async (question, _) =>
        {
            asked.Add(question.Transaction);
            if (asked.Count == 9)
            {
                all.TrySetResult();
            }

            await goOn.Task;
            return TransactionOutcome.Unknown;
        });
        (FakeConnection connection, uint handle) = await IntroducedAsync(scene);
        for (uint i = 0; i < 9; i++)
        {
            await connection.SendAsync(new V1.ServerFrame { CheckBack = new V1.CheckBack { Producer = handle, Transaction = Begun + i, Check = 1, Messages = 1 } });
        }

        await connection.SettleDownAsync();
        await scene.Client.DisposeAsync().AsTask().Soon();
        goOn.SetResult();

        await all.Task.Soon();
        Assert.Equal(
            Enumerable.Range(0, 9).Select(i => $"{new TransactionId(Partition, LogPosition.FromBits(Begun + (uint)i))}"),
            asked.Select(transaction => $"{transaction}").Order(StringComparer.Ordinal));
    }

    // Whoever is connected anew has been asked nothing yet, and is asked as many as may wait.
    [Fact]
    public async Task Questions_of_the_connection_there_is_are_asked_before_those_that_were_left_from_the_one_before()
    {
        const int Waiting = 1_024;
        const int AtOnce = 8;
        TaskCompletionSource goOn = new(TaskCreationOptions.RunContinuationsAsynchronously);
        TaskCompletionSource all = new(TaskCreationOptions.RunContinuationsAsynchronously);
        ConcurrentBag<ulong> asked = [];
        await using Scene scene = Start(async (question, _) =>
        {
            asked.Add(question.Transaction.Position.Bits);
            if (asked.Count == AtOnce)
            {
                all.TrySetResult();
            }

            await goOn.Task;
            return TransactionOutcome.Unknown;
        });
        (FakeConnection connection, uint handle) = await IntroducedAsync(scene);
        ulong[] old = [.. Enumerable.Range(0, AtOnce + Waiting).Select(i => Begun + (uint)i)];
        ulong[] fresh = [.. Enumerable.Range(0, Waiting).Select(i => Begun + 10_000 + (uint)i)];
        await AskAsync(connection, handle, old[..AtOnce]);
        await all.Task.Soon();
        await AskAsync(connection, handle, old[AtOnce..]);
        await connection.SettleDownAsync();
        await connection.BreakAsync();

        (FakeConnection later, uint laterHandle) = await IntroducedAsync(scene);
        await AskAsync(later, laterHandle, fresh);
        await later.SettleDownAsync();
        goOn.SetResult();
        List<ulong> answered = [];
        while (answered.Count < AtOnce + Waiting)
        {
            V1.ClientFrame answer = await later.ExpectAsync(Command.Decide);
            answered.Add(answer.Decide.Transaction);
            await later.AnswerAsync(answer, new V1.ServerFrame { Decided = new V1.Decided() });
        }

        Assert.Equal([.. old[..AtOnce], .. fresh], answered.Order());
        Assert.Equal(answered.Order(), asked.Order());
    }

    [Fact]
    public async Task Producer_is_known_as_one_that_can_be_asked_where_no_transaction_can_be_begun()
    {
        await using Scene scene = Start((_, _) => ValueTask.FromResult(TransactionOutcome.Committed), canBegin: false);
        (FakeConnection connection, uint handle) = await IntroducedAsync(scene);

        await connection.SendAsync(new V1.ServerFrame { CheckBack = new V1.CheckBack { Producer = handle, Transaction = Begun, Check = 1, Messages = 1 } });
        V1.ClientFrame answer = await connection.ExpectAsync(Command.Decide);
        ForewaveException refused = await Assert.ThrowsAsync<ForewaveException>(() => scene.Producer.BeginTransactionAsync().AsTask().Soon());

        Assert.Equal((Begun, V1.TransactionDecision.Commit), (answer.Decide.Transaction, answer.Decide.Decision));
        Assert.Equal(ErrorCode.CapabilityMissing, refused.Code);
    }

    [Theory]
    [InlineData(ErrorCode.DiskFull)]
    [InlineData(ErrorCode.TransactionNotFound)]
    [InlineData(ErrorCode.LogDamaged)]
    public async Task What_fails_after_the_local_commit_is_an_unknown_outcome(ErrorCode code)
    {
        await using Scene scene = Start(Unknown);
        (FakeConnection connection, _) = await IntroducedAsync(scene);
        bool hasRun = false;
        Task run = scene.Producer.RunTransactionAsync([new(Scene.Queue, new Message("m"u8.ToArray()))], (_, _) =>
        {
            hasRun = true;
            return Task.CompletedTask;
        });
        await AnswerBeginAsync(connection);
        await connection.AnswerQueueAsync("orders");
        await AnswerPrepareAsync(connection);

        V1.ClientFrame commit = await connection.ExpectAsync(Command.Decide);
        await connection.RefuseAsync(commit, code);
        ForewaveException failed = await Assert.ThrowsAsync<ForewaveException>(() => run.Soon());

        Assert.True(hasRun);
        Assert.Equal(V1.TransactionDecision.Commit, commit.Decide.Decision);
        Assert.Equal(ErrorCode.OutcomeUnknown, failed.Code);
        Assert.Equal(code, Assert.IsType<ForewaveException>(failed.InnerException).Code);
    }

    [Fact]
    public async Task Commit_whose_token_was_cancelled_before_is_not_rolled_back_by_disposing()
    {
        await using Scene scene = Start(Unknown);
        (FakeConnection connection, _) = await IntroducedAsync(scene);
        Task<Transaction> begin = scene.Producer.BeginTransactionAsync().AsTask();
        await AnswerBeginAsync(connection);
        Transaction transaction = await begin.Soon();

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => transaction.CommitAsync(new CancellationToken(canceled: true)).Soon());
        await transaction.DisposeAsync().AsTask().Soon();
        Task<Transaction> next = scene.Producer.BeginTransactionAsync().AsTask();

        // No roll-back came before it.
        await AnswerBeginAsync(connection);
        (await next.Soon()).Leave();
    }

    [Fact]
    public async Task Messages_that_may_have_come_over_a_lost_connection_are_not_said_to_be_refused()
    {
        await using Scene scene = Start(Unknown);
        (FakeConnection connection, _) = await IntroducedAsync(scene);
        Task<Transaction> begin = scene.Producer.BeginTransactionAsync().AsTask();
        await AnswerBeginAsync(connection);
        Transaction transaction = await begin.Soon();
        Task<Receipt> publish = transaction.PublishAsync(Scene.Queue, new Message("m"u8.ToArray())).AsTask();
        await connection.AnswerQueueAsync("orders");
        await connection.ExpectAsync(Command.Prepare);
        await connection.BreakAsync();

        (FakeConnection later, _) = await IntroducedAsync(scene);
        V1.ClientFrame open = await later.ExpectAsync(Command.OpenQueue);
        await later.RefuseAsync(open, ErrorCode.RightMissing);
        ForewaveException failed = await Assert.ThrowsAsync<ForewaveException>(() => publish.Soon());
        ForewaveException commit = await Assert.ThrowsAsync<ForewaveException>(() => transaction.CommitAsync().Soon());

        Assert.Equal(ErrorCode.OutcomeUnknown, failed.Code);
        Assert.Equal(ErrorCode.OutcomeUnknown, commit.Code);
        transaction.Leave();
    }

    // A master that is fenced says that it does not know, and leaves at once.
    [Fact]
    public async Task Messages_of_which_a_leaving_broker_does_not_know_are_not_said_to_be_refused()
    {
        await using Scene scene = Start(Unknown);
        (FakeConnection connection, _) = await IntroducedAsync(scene);
        Task<Transaction> begin = scene.Producer.BeginTransactionAsync().AsTask();
        await AnswerBeginAsync(connection);
        Transaction transaction = await begin.Soon();
        Task<Receipt> publish = transaction.PublishAsync(Scene.Queue, new Message("m"u8.ToArray())).AsTask();
        await connection.AnswerQueueAsync("orders");
        V1.ClientFrame prepare = await connection.ExpectAsync(Command.Prepare);
        await connection.GoAwayAsync();
        await connection.RefuseAsync(prepare, ErrorCode.StoreUnavailable);

        (FakeConnection later, _) = await IntroducedAsync(scene);
        V1.ClientFrame open = await later.ExpectAsync(Command.OpenQueue);
        await later.RefuseAsync(open, ErrorCode.RightMissing);
        ForewaveException failed = await Assert.ThrowsAsync<ForewaveException>(() => publish.Soon());

        Assert.Equal(ErrorCode.OutcomeUnknown, failed.Code);
        transaction.Leave();
    }

    [Fact]
    public async Task Messages_whose_answer_was_lost_are_sent_again_as_they_were_and_their_receipts_are_those_of_the_first_time()
    {
        await using Scene scene = Start(Unknown);
        (FakeConnection connection, _) = await IntroducedAsync(scene);
        Task<Transaction> begin = scene.Producer.BeginTransactionAsync().AsTask();
        await AnswerBeginAsync(connection);
        Transaction transaction = await begin.Soon();
        Task<IReadOnlyList<Receipt>> publish = transaction.PublishAsync(
            [.. "abc".Select(body => new TransactionMessage(Scene.Queue, new Message(new[] { (byte)body }) { DeduplicationId = $"id-{body}" }))]).AsTask();
        await connection.AnswerQueueAsync("orders");
        V1.ClientFrame first = await connection.ExpectAsync(Command.Prepare);
        await connection.BreakAsync();

        (FakeConnection later, uint producer) = await IntroducedAsync(scene);
        uint queue = await later.AnswerQueueAsync("orders");
        V1.ClientFrame again = await later.ExpectAsync(Command.Prepare);
        // As the broker answers what is prepared and no repeat, but for the second one.
        V1.PublishedBatch stored = new() { FirstPosition = Begun + 1, Durability = V1.Durability.Synced, Repeated = Google.Protobuf.ByteString.CopyFrom(0b010) };
        stored.Positions.AddRange([Begun + 1, 77, Begun + 3]);
        V1.Published published = new();
        published.Batches.Add(stored);
        await later.AnswerAsync(again, new V1.ServerFrame { Published = published });
        IReadOnlyList<Receipt> receipts = await publish.Soon();
        Task<Receipt> next = transaction.PublishAsync(Scene.Queue, new Message("d"u8.ToArray())).AsTask();
        V1.ClientFrame fourth = await later.ExpectAsync(Command.Prepare);
        await later.AnswerPublishAsync(new V1.ClientFrame { Correlation = fourth.Correlation, Publish = fourth.Prepare.Publish }, Begun + 4);

        V1.PublishBatch sent = Assert.Single(first.Prepare.Publish.Batches);
        V1.PublishBatch resent = Assert.Single(again.Prepare.Publish.Batches);
        Assert.Equal((Begun, producer, queue), (again.Prepare.Transaction, again.Prepare.Publish.Producer, resent.Queue));
        Assert.Equal((1ul, 1ul), (sent.FirstSequence, resent.FirstSequence));
        Assert.Equal(sent.Messages, resent.Messages);
        Assert.Equal([(Begun + 1, false), (77ul, true), (Begun + 3, false)], receipts.Select(receipt => (receipt.MessageId.Position.Bits, receipt.IsDuplicate)));
        Assert.Equal(4ul, Assert.Single(fourth.Prepare.Publish.Batches).FirstSequence);
        Assert.Equal((Begun + 4, false), ((await next.Soon()).MessageId.Position.Bits, (await next).IsDuplicate));
        transaction.Leave();
    }

    // An unknown outcome would say that the local part was committed.
    [Fact]
    public async Task What_is_not_known_before_the_local_part_is_no_unknown_outcome_and_the_local_part_does_not_run()
    {
        await using Scene scene = Start(Unknown);
        (FakeConnection connection, _) = await IntroducedAsync(scene);
        bool hasRun = false;
        Task run = scene.Producer.RunTransactionAsync([new(Scene.Queue, new Message("m"u8.ToArray()))], (_, _) =>
        {
            hasRun = true;
            return Task.CompletedTask;
        });
        await AnswerBeginAsync(connection);
        await connection.AnswerQueueAsync("orders");
        await connection.ExpectAsync(Command.Prepare);
        await connection.BreakAsync();

        (FakeConnection later, _) = await IntroducedAsync(scene);
        V1.ClientFrame open = await later.ExpectAsync(Command.OpenQueue);
        await later.RefuseAsync(open, ErrorCode.RightMissing);
        V1.ClientFrame rollBack = await later.ExpectAsync(Command.Decide);
        await later.RefuseAsync(rollBack, ErrorCode.TransactionNotFound);
        ForewaveException failed = await Assert.ThrowsAsync<ForewaveException>(() => run.Soon());

        Assert.False(hasRun);
        Assert.Equal(V1.TransactionDecision.RollBack, rollBack.Decide.Decision);
        Assert.Equal((ErrorCode.Timeout, StoredOutcome.No), (failed.Code, failed.Stored));
    }

    // A check-back may end it while its messages are on their way. The same error after the local part says that this was committed.
    [Theory]
    [InlineData(ErrorCode.TransactionDecided, false)]
    [InlineData(ErrorCode.TransactionDecided, true)]
    [InlineData(ErrorCode.TransactionNotFound, false)]
    [InlineData(ErrorCode.TransactionNotFound, true)]
    public async Task Transaction_that_was_ended_before_the_local_part_is_told_as_one_that_never_ran(ErrorCode code, bool isLost)
    {
        await using Scene scene = Start(Unknown);
        (FakeConnection connection, _) = await IntroducedAsync(scene);
        bool hasRun = false;
        Task run = scene.Producer.RunTransactionAsync([new(Scene.Queue, new Message("m"u8.ToArray()))], (_, _) =>
        {
            hasRun = true;
            return Task.CompletedTask;
        });
        await AnswerBeginAsync(connection);
        await connection.AnswerQueueAsync("orders");
        V1.ClientFrame prepare = await connection.ExpectAsync(Command.Prepare);
        if (isLost)
        {
            await connection.BreakAsync();
            (connection, _) = await IntroducedAsync(scene);
            await connection.AnswerQueueAsync("orders");
            prepare = await connection.ExpectAsync(Command.Prepare);
        }

        await connection.RefuseAsync(prepare, code);
        V1.ClientFrame rollBack = await connection.ExpectAsync(Command.Decide);
        await connection.RefuseAsync(rollBack, ErrorCode.TransactionNotFound);
        ForewaveException failed = await Assert.ThrowsAsync<ForewaveException>(() => run.Soon());

        Assert.False(hasRun);
        Assert.Equal((ErrorCode.Timeout, StoredOutcome.No), (failed.Code, failed.Stored));
        Assert.Equal(code, Assert.IsType<ForewaveException>(failed.InnerException).Code);
    }

    [Fact]
    public async Task Decision_of_somebody_else_after_the_local_part_is_told_as_that()
    {
        await using Scene scene = Start(Unknown);
        (FakeConnection connection, _) = await IntroducedAsync(scene);
        bool hasRun = false;
        Task run = scene.Producer.RunTransactionAsync([new(Scene.Queue, new Message("m"u8.ToArray()))], (_, _) =>
        {
            hasRun = true;
            return Task.CompletedTask;
        });
        await AnswerBeginAsync(connection);
        await connection.AnswerQueueAsync("orders");
        await AnswerPrepareAsync(connection);

        await connection.RefuseAsync(await connection.ExpectAsync(Command.Decide), ErrorCode.TransactionDecided);
        ForewaveException failed = await Assert.ThrowsAsync<ForewaveException>(() => run.Soon());

        Assert.True(hasRun);
        Assert.Equal(ErrorCode.TransactionDecided, failed.Code);
    }

    [Fact]
    public async Task Receipts_tell_which_messages_are_repeats_and_of_what()
    {
        await using Scene scene = Start(Unknown);
        (FakeConnection connection, _) = await IntroducedAsync(scene);
        Task<Transaction> begin = scene.Producer.BeginTransactionAsync().AsTask();
        await AnswerBeginAsync(connection);
        Transaction transaction = await begin.Soon();
        QueueName stock = new("stock");
        TransactionMessage[] messages =
        [
            .. "abc".Select(body => new TransactionMessage(Scene.Queue, new Message(new[] { (byte)body }) { DeduplicationId = $"id-{body}" })),
            new(stock, new Message("d"u8.ToArray())),
        ];

        Task<IReadOnlyList<Receipt>> publish = transaction.PublishAsync(messages).AsTask();
        await connection.AnswerQueueAsync(Scene.Queue.Value);
        await connection.AnswerQueueAsync(stock.Value);
        V1.ClientFrame prepare = await connection.ExpectAsync(Command.Prepare);
        V1.PublishedBatch some = new() { FirstPosition = Begun + 1, Durability = V1.Durability.Synced, Repeated = Google.Protobuf.ByteString.CopyFrom(0b010) };
        some.Positions.AddRange([Begun + 1, 77, Begun + 3]);
        V1.Published published = new();
        published.Batches.AddRange([some, new V1.PublishedBatch { FirstPosition = 99, Durability = V1.Durability.Synced, Duplicate = true }]);
        await connection.AnswerAsync(prepare, new V1.ServerFrame { Published = published });
        IReadOnlyList<Receipt> receipts = await publish.Soon();

        Assert.Equal([(Begun + 1, false), (77ul, true), (Begun + 3, false), (99ul, true)], receipts.Select(receipt => (receipt.MessageId.Position.Bits, receipt.IsDuplicate)));
        transaction.Leave();
    }

    private static ValueTask<TransactionOutcome> Unknown(CheckBackQuestion question, CancellationToken cancellation) =>
        ValueTask.FromResult(TransactionOutcome.Unknown);

    private static Scene Start(Func<CheckBackQuestion, CancellationToken, ValueTask<TransactionOutcome>> handler, bool canBegin = true)
    {
        Scene scene = Scene.Start();
        if (canBegin)
        {
            scene.Broker.Capabilities = [.. scene.Broker.Capabilities, CapabilityNames.Transactions];
        }

        scene.Produce(new ProducerOptions { Name = new ProducerName("shop"), CheckBack = handler });
        return scene;
    }

    /// <summary>The producer's two introductions, for what is published alone and for transactions; returns the handle of the latter.</summary>
    private static async Task<(FakeConnection Connection, uint Handle)> IntroducedAsync(Scene scene)
    {
        FakeConnection connection = await scene.Broker.AcceptAsync();
        bool isFirst = (await connection.AnswerProducerAsync()).CheckBack is not null;
        bool isSecond = (await connection.AnswerProducerAsync()).CheckBack is not null;
        Assert.NotEqual(isFirst, isSecond);
        return (connection, isFirst ? 1u : 2u);
    }

    private static async Task AskAsync(FakeConnection connection, uint producer, ulong[] transactions)
    {
        foreach (ulong transaction in transactions)
        {
            await connection.SendAsync(new V1.ServerFrame { CheckBack = new V1.CheckBack { Producer = producer, Transaction = transaction, Check = 1, Messages = 1 } });
        }
    }

    private static async Task AnswerBeginAsync(FakeConnection connection)
    {
        V1.ClientFrame begin = await connection.ExpectAsync(Command.BeginTransaction);
        await connection.AnswerAsync(begin, new V1.ServerFrame { TransactionBegun = new V1.TransactionBegun { Transaction = Begun } });
    }

    private static async Task AnswerPrepareAsync(FakeConnection connection)
    {
        V1.ClientFrame prepare = await connection.ExpectAsync(Command.Prepare);
        V1.Published published = new();
        published.Batches.Add(new V1.PublishedBatch { FirstPosition = Begun + 1, Durability = V1.Durability.Synced });
        await connection.AnswerAsync(prepare, new V1.ServerFrame { Published = published });
    }
}
