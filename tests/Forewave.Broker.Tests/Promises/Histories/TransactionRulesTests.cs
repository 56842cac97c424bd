using Forewave.Protocol;

namespace Forewave.Broker.Tests.Promises.Histories;

/// <summary>Histories with transactions: good ones pass, what is planted into them is found.</summary>
public sealed class TransactionRulesTests
{
    private const ulong Id = 0x100;
    private static readonly GroupKey Orders = GroupKey.OfQueue("orders");
    private static readonly GroupKey Stock = GroupKey.OfQueue("stock");

    private readonly Fakes.MovedTime _time = new();
    private readonly Dictionary<string, long> _offsets = [];
    private readonly History _history;

    public TransactionRulesTests()
    {
        _history = new History(_time);
        _history.Add(new HistoryEvent { Kind = EventKind.LifeBegan });
        foreach (var queue in new[] { Orders, Stock })
        {
            _history.Add(new HistoryEvent { Kind = EventKind.QueueMade, Group = queue, Text = "synced" });
            _history.Add(new HistoryEvent { Kind = EventKind.GroupMade, Group = queue.Of("g") });
        }
        _history.Add(new HistoryEvent { Kind = EventKind.TransactionBegun, Transaction = Id });
    }

    [Fact]
    public void Checker_passes_a_transaction_that_is_committed_and_comes_in_all_queues()
    {
        Prepare(Message(1, Orders), Message(2, Stock), Message(3, Orders));
        Decide(commits: true, messages: 3);
        Come(1, Orders);
        Come(3, Orders);
        Come(2, Stock);

        Assert.Empty(Check());
    }

    [Fact]
    public void Checker_passes_a_transaction_that_is_rolled_back_and_does_not_come()
    {
        Prepare(Message(1, Orders), Message(2, Stock));
        Decide(commits: false, messages: 2);
        Decide(commits: false, messages: 2);
        Decide(commits: true, error: ErrorCode.TransactionDecided);

        // The commit was asked for, and is no reason for messages to come.
        Assert.Empty(Check());
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void Checker_finds_a_message_that_comes_before_anybody_asked_to_commit_it(bool isCommittedLater)
    {
        Prepare(Message(1, Orders));
        Come(1, Orders);
        if (isCommittedLater)
            Decide(commits: true, messages: 1);

        Assert.Equal(ViolationKind.UncommittedDelivered, Check()[0]);
    }

    [Theory]
    [InlineData(1, "TransactionSplit")]
    [InlineData(2, "TransactionSplit")]
    [InlineData(0, "CommittedLost")]
    public void Checker_finds_what_is_missing_of_a_transaction_that_was_committed(ulong came, string kind)
    {
        Prepare(Message(1, Orders), Message(2, Stock));
        Decide(commits: true, messages: 2);
        if (came > 0)
            Come(came, came == 1 ? Orders : Stock);

        // As any message that was acknowledged, too.
        Assert.Contains(ViolationKind.AcknowledgedLost, Check());
        Assert.Contains(Enum.Parse<ViolationKind>(kind), Check());
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void Checker_finds_a_message_of_a_transaction_that_was_rolled_back(bool wasCommitAsked)
    {
        Prepare(Message(1, Orders));
        if (wasCommitAsked)
            Ask(commits: true);
        Decide(commits: false, messages: 1);
        Come(1, Orders);

        Assert.Contains(ViolationKind.RolledBackDelivered, Check());
    }

    [Fact]
    public void Checker_finds_a_message_that_came_before_it_is_told_that_it_was_rolled_back()
    {
        Prepare(Message(1, Orders));
        Ask(commits: true);
        Come(1, Orders);
        Decide(commits: false, messages: 1);

        Assert.Equal([ViolationKind.RolledBackDelivered], Check());
    }

    [Theory]
    [InlineData(0, true)]
    [InlineData(1, false)]
    [InlineData(2, true)]
    public void Checker_lets_a_decision_that_nobody_answered_count_or_not_but_as_a_whole(int came, bool isGood)
    {
        Prepare(Message(1, Orders));
        Prepare(Message(2, Stock));
        Ask(commits: true, isLost: true);
        Crash();
        if (came > 0)
            Come(1, Orders);
        if (came > 1)
            Come(2, Stock);

        Assert.Equal(isGood ? [] : [ViolationKind.TransactionSplit], Check());
    }

    [Theory]
    [InlineData(0, true)]
    [InlineData(1, false)]
    [InlineData(2, true)]
    public void Checker_lets_messages_that_nobody_answered_be_in_the_transaction_or_not_but_all_of_them(int came, bool isGood)
    {
        Prepare(Message(1, Orders));
        Send(Message(2, Orders), Message(3, Stock));
        Crash();
        Ask(commits: true);
        Come(1, Orders);
        if (came > 0)
            Come(2, Orders);
        if (came > 1)
            Come(3, Stock);

        Assert.Equal(isGood ? [] : [ViolationKind.TransactionSplit], Check());
    }

    [Theory]
    [InlineData(1, 0, true)]
    [InlineData(1, 1, false)]
    [InlineData(3, 2, true)]
    [InlineData(3, 0, false)]
    [InlineData(0, 0, false)]
    [InlineData(4, 2, false)]
    public void Checker_holds_messages_that_nobody_answered_to_what_the_decision_counts(int counted, int came, bool isGood)
    {
        Prepare(Message(1, Orders));
        Send(Message(2, Stock), Message(3, Stock));
        Decide(commits: true, messages: counted);
        Come(1, Orders);
        for (int i = 0; i < came; i++)
            Come((ulong)i + 2, Stock);

        Assert.Equal(isGood, Check().Length == 0);
    }

    [Theory]
    [InlineData(true, 1, false, 1, "DecisionChanged")]
    [InlineData(false, 1, true, 1, "DecisionChanged")]
    [InlineData(true, 1, true, 2, "DecisionChanged")]
    [InlineData(true, 1, true, 1, null)]
    public void Checker_finds_a_decision_that_is_answered_otherwise_when_it_is_said_again(bool commits, int messages, bool commitsLater, int messagesLater, string? kind)
    {
        Prepare(Message(1, Orders));
        Decide(commits, messages);
        Come(commits ? 1u : 0, Orders);
        Crash();
        Decide(commitsLater, messagesLater);

        Assert.Equal(kind is null ? [] : [Enum.Parse<ViolationKind>(kind)], Check());
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void Checker_finds_an_end_that_nobody_asked_for(bool isAsked)
    {
        Prepare(Message(1, Orders));
        if (isAsked)
            Ask(commits: false, isLost: true);
        Decide(commits: true, error: ErrorCode.TransactionDecided);

        Assert.Equal(isAsked ? [] : [ViolationKind.DecisionChanged], Check());
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void Checker_finds_a_transaction_that_is_not_known_any_more_though_it_was_durable(bool isAnswered)
    {
        if (isAnswered)
            Prepare(Message(1, Orders));
        else
            Send(Message(1, Orders));
        Crash();
        Decide(commits: true, error: ErrorCode.TransactionNotFound);

        Assert.Equal(isAnswered ? [ViolationKind.PreparedLost] : [], Check());
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void Checker_finds_an_id_that_two_transactions_have(bool isDurable)
    {
        if (isDurable)
            Prepare(Message(1, Orders));
        Crash();
        _history.Add(new HistoryEvent { Kind = EventKind.TransactionBegun, Transaction = Id });

        Assert.Equal(isDurable ? [ViolationKind.PositionGivenTwice] : [], Check());
    }

    [Theory]
    [InlineData(ErrorCode.TransactionNotFound, true)]
    [InlineData(ErrorCode.TransactionDecided, true)]
    [InlineData(ErrorCode.QueueNotFound, true)]
    [InlineData(ErrorCode.SequenceGap, true)]
    [InlineData(ErrorCode.StoreUnavailable, false)]
    public void Checker_finds_messages_that_an_open_transaction_refuses(ErrorCode error, bool isBroken)
    {
        Prepare(Message(1, Orders));
        Refuse(Message(2, Orders), error);

        Assert.Equal(isBroken ? [ViolationKind.WronglyRefused] : [], Check());
    }

    [Theory]
    [InlineData(ErrorCode.QueueNotFound)]
    [InlineData(ErrorCode.ExpiryTimeInvalid)]
    [InlineData(ErrorCode.DeliveryTimeInvalid)]
    public void Checker_lets_messages_be_refused_for_a_reason_and_they_must_not_come(ErrorCode error)
    {
        Prepare(Message(1, Orders));
        var message = Message(2, Stock);
        if (error == ErrorCode.QueueNotFound)
            _history.Add(new HistoryEvent { Kind = EventKind.DeleteSent, Group = Stock });
        else
            message = error == ErrorCode.ExpiryTimeInvalid ? message with { Expires = Now } : message with { Due = Now };
        int first = Send(message);
        _time.Move(TimeSpan.FromHours(1));
        _history.Add(message with { Kind = EventKind.PrepareRefused, Error = error, Request = first });
        Decide(commits: true, messages: 1);
        Come(1, Orders);
        var good = Check();
        Come(2, Stock);

        Assert.Empty(good);
        Assert.Contains(ViolationKind.RolledBackDelivered, Check());
    }

    [Fact]
    public void Checker_finds_messages_that_are_refused_for_a_time_that_they_may_name()
    {
        Refuse(Message(1, Orders) with { Due = Now + 1_000 }, ErrorCode.DeliveryTimeInvalid);

        Assert.Equal([ViolationKind.WronglyRefused], Check());
    }

    [Theory]
    [InlineData(Durability.Synced, 101, false)]
    [InlineData(Durability.Memory, 101, true)]
    [InlineData(Durability.Synced, 102, true)]
    public void Checker_finds_a_receipt_that_is_another_one_the_second_time_or_not_durable(Durability durability, int position, bool isBroken)
    {
        Prepare(Message(1, Orders));
        Crash();
        int first = Send(Message(1, Orders));
        _history.Add(Message(1, Orders) with { Kind = EventKind.PrepareAnswered, Position = (ulong)position, Durability = durability, Request = first });

        Assert.Equal(isBroken, Check().Length == 1);
    }

    [Theory]
    [InlineData(true, false)]
    [InlineData(false, true)]
    public void Checker_finds_a_transaction_that_is_open_after_its_end(bool isAskedFirst, bool isBroken)
    {
        Prepare(Message(1, Orders));
        int before = _history.Last;
        Decide(commits: false, messages: 1);
        _history.Add(new HistoryEvent { Kind = EventKind.TransactionListed, Transaction = Id, Count = 1, Request = isAskedFirst ? before : _history.Last });

        Assert.Equal(isBroken ? [ViolationKind.DecisionChanged] : [], Check());
    }

    [Theory]
    [InlineData(2, false)]
    [InlineData(1, true)]
    public void Checker_finds_a_transaction_that_is_said_to_have_fewer_messages(int messages, bool isBroken)
    {
        Prepare(Message(1, Orders), Message(2, Stock));
        _history.Add(new HistoryEvent { Kind = EventKind.TransactionListed, Transaction = Id, Count = messages, Request = _history.Last });

        Assert.Equal(isBroken ? [ViolationKind.PreparedLost] : [], Check());
    }

    [Theory]
    [InlineData(7, true)]
    [InlineData(8, false)]
    public void Checker_finds_a_question_to_somebody_who_knows_the_end(int connection, bool isBroken)
    {
        Prepare(Message(1, Orders));
        Decide(commits: false, messages: 1);
        _history.Add(new HistoryEvent { Kind = EventKind.QuestionCame, Transaction = Id, Count = 1, Connection = connection });

        Assert.Equal(isBroken ? [ViolationKind.DecisionChanged] : [], Check());
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void Checker_finds_transactions_that_stand_in_another_order_than_their_commits(bool isAnswered)
    {
        const ulong Second = 0x200;
        var late = Message(1, Orders) with { Transaction = Second, Message = new MessageKey(8, 1), Text = "8:1" };
        Prepare(Message(1, Orders));
        _history.Add(new HistoryEvent { Kind = EventKind.TransactionBegun, Transaction = Second });
        Prepare(late);
        int asked = Ask(commits: true);
        if (isAnswered)
            Answer(asked, Id, messages: 1);
        int askedLater = Ask(commits: true, transaction: Second);
        Answer(askedLater, Second, messages: 1);
        if (!isAnswered)
            Answer(asked, Id, messages: 1);
        Come(late);
        Come(1, Orders);

        Assert.Equal(isAnswered ? [ViolationKind.CommitOrderBroken] : [], Check());
    }

    [Fact]
    public void Checker_finds_a_delay_that_counts_from_the_preparation()
    {
        Prepare(Message(1, Orders) with { Due = Now + 10_000, IsRelative = true });
        _time.Move(TimeSpan.FromSeconds(8));
        Decide(commits: true, messages: 1);
        _time.Move(TimeSpan.FromSeconds(3));
        Come(1, Orders);

        Assert.Equal([ViolationKind.DeliveredEarly], Check());
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void Checker_misses_no_message_of_a_transaction_that_expired_or_whose_queue_was_deleted(bool isDeleted)
    {
        var mortal = Message(2, Stock);
        Prepare(Message(1, Orders), isDeleted ? mortal : mortal with { Expires = Now + 1_000 });
        if (isDeleted)
            _history.Add(new HistoryEvent { Kind = EventKind.DeleteSent, Group = Stock });
        Decide(commits: true, messages: 2);
        Come(1, Orders);
        _time.Move(TimeSpan.FromSeconds(2));
        _history.Add(new HistoryEvent { Kind = EventKind.Drained });

        Assert.Empty(Check());
    }

    private long Now => _time.GetUtcNow().ToUnixTimeMilliseconds();

    private ViolationKind[] Check() => [.. HistoryChecker.Check(_history.Events).Select(violation => violation.Kind)];

    private void Crash() => _history.Add(new HistoryEvent { Kind = EventKind.LifeBegan });

    private static HistoryEvent Message(ulong number, GroupKey queue) => new()
    {
        Kind = EventKind.PrepareSent, Transaction = Id, Group = queue, Message = new MessageKey(9, number), Text = $"9:{number}",
    };

    /// <summary>Sent together, and answered.</summary>
    private void Prepare(params HistoryEvent[] messages)
    {
        int first = Send(messages);
        foreach (var message in messages)
            _history.Add(message with { Kind = EventKind.PrepareAnswered, Position = PositionOf(message), Durability = Durability.Synced, Request = first });
    }

    private void Refuse(HistoryEvent message, ErrorCode error) =>
        _history.Add(message with { Kind = EventKind.PrepareRefused, Error = error, Request = Send(message) });

    private int Send(params HistoryEvent[] messages)
    {
        int first = 0;
        foreach (var message in messages)
        {
            int number = _history.Add(message with { Request = first });
            first = first == 0 ? number : first;
        }
        return first;
    }

    private int Ask(bool commits, ulong transaction = Id, bool isLost = false)
    {
        var sent = new HistoryEvent { Kind = EventKind.DecisionSent, Transaction = transaction, Commits = commits, Connection = 7 };
        int request = _history.Add(sent);
        if (isLost)
            _history.Add(sent with { Kind = EventKind.DecisionLost, Request = request });
        return request;
    }

    private void Answer(int request, ulong transaction, int messages, ErrorCode error = ErrorCode.None) => _history.Add(new HistoryEvent
    {
        Kind = EventKind.DecisionAnswered, Transaction = transaction, Request = request, Count = messages, Error = error, Connection = 7,
    });

    private void Decide(bool commits, int messages = 0, ErrorCode error = ErrorCode.None) => Answer(Ask(commits), Id, messages, error);

    /// <summary>A message comes and is acked.</summary>
    private void Come(ulong number, GroupKey queue)
    {
        if (number > 0)
            Come(Message(number, queue));
    }

    private void Come(HistoryEvent message)
    {
        long offset = _offsets[message.Group.Queue] = _offsets.GetValueOrDefault(message.Group.Queue) + 1;
        var delivered = message with
        {
            Kind = EventKind.Delivered, Transaction = 0, Group = message.Group.Of("g"), Offset = offset, Position = PositionOf(message), Attempt = 1, Epoch = 1,
            Connection = 1,
        };
        _history.Add(delivered);
        int request = _history.Add(delivered with { Kind = EventKind.SettleSent, Verb = SettleVerb.Ack });
        _history.Add(delivered with { Kind = EventKind.SettleAnswered, Request = request });
    }

    private static ulong PositionOf(HistoryEvent message) => 100 * (message.Message.Producer == 9 ? 1ul : 2) + message.Message.Sequence;
}
