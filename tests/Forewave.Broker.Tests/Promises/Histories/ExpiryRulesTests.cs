using Forewave.Protocol;

namespace Forewave.Broker.Tests.Promises.Histories;

/// <summary>Histories with messages that expire, and with queues that are deleted: good ones pass, what is planted into them is found.</summary>
public sealed class ExpiryRulesTests
{
    private static readonly GroupKey Queue = GroupKey.OfQueue("q1");
    private static readonly GroupKey Again = GroupKey.OfQueue("q1~1");
    private static readonly GroupKey Group = Queue.Of("g1");
    private static readonly GroupKey Other = Queue.Of("g2");

    private readonly Fakes.MovedTime _time = new();
    private readonly History _history;

    public ExpiryRulesTests()
    {
        _history = new History(_time);
        _history.Add(new HistoryEvent { Kind = EventKind.LifeBegan });
        _history.Add(new HistoryEvent { Kind = EventKind.QueueMade, Group = Queue, Text = "synced" });
        Make(buries: false);
    }

    [Theory]
    [InlineData(10, 10, false)]
    [InlineData(10, 11, true)]
    [InlineData(11, 11, true)]
    public void Checker_finds_a_message_that_answers_a_pull_of_after_its_time(int sentAfter, int readAfter, bool pullsLate)
    {
        Publish(1, expiresAfter: 10);
        Move(sentAfter);
        int pull = Pull();
        Move(readAfter - sentAfter);
        Done(1, pull: pull);

        Assert.Equal(pullsLate && sentAfter > 10 ? [ViolationKind.ExpiredDelivered] : [], Check());
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void Checker_finds_an_expired_message_that_comes_by_credit_when_it_cannot_have_been_on_its_way(bool isLate)
    {
        Publish(1, expiresAfter: 5);
        for (int moves = 0; moves < (isLate ? 3 : 1); moves++)
        {
            Move(6);
            Pull();
        }
        Done(1);

        Assert.Equal(isLate ? [ViolationKind.ExpiredDelivered] : [], Check());
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void Checker_lets_an_expired_message_come_by_credit_where_it_leaves_when_its_record_is_committed(bool isAtMostOnce)
    {
        _history.Add(new HistoryEvent { Kind = EventKind.GroupMade, Group = Group, Text = isAtMostOnce ? "at-most-once" : "" });
        Publish(1, expiresAfter: 5);
        for (int moves = 0; moves < 3; moves++)
        {
            Move(6);
            Pull();
        }
        Done(1);

        Assert.Equal(!isAtMostOnce, Check().Contains(ViolationKind.ExpiredDelivered));
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void Checker_lets_a_redriven_message_come_after_its_time(bool isRedriven)
    {
        Publish(1, expiresAfter: 5);
        Done(1, verb: SettleVerb.Reject);
        _history.Add(new HistoryEvent { Kind = EventKind.RedriveSent, Group = Group, Offset = 1 });
        Move(6);
        Done(1, pull: Pull(), isRedriven: isRedriven);

        Assert.Equal(!isRedriven, Check().Contains(ViolationKind.ExpiredDelivered));
    }

    [Theory]
    [InlineData(10, true)]
    [InlineData(11, false)]
    [InlineData(12, false)]
    public void Checker_misses_no_message_that_may_have_expired(int after, bool isMissed)
    {
        Publish(1, expiresAfter: 10, isTimeToLive: true);
        Publish(2);
        Done(2);
        Done(1, group: Other);
        Done(2, group: Other);
        Move(after);
        Count(isMissed ? 0 : 1);

        Assert.Equal(isMissed ? [ViolationKind.NotDelivered] : [], Check());
    }

    [Theory]
    [InlineData(0, true)]
    [InlineData(1, false)]
    [InlineData(2, true)]
    public void Checker_finds_that_a_group_miscounts_what_expired(int counted, bool isWrong)
    {
        Publish(1, expiresAfter: 10);
        Publish(2);
        Done(2);
        Move(11);
        Count(counted);

        Assert.Equal(isWrong ? [ViolationKind.ExpiredMiscounted] : [], Check());
    }

    [Theory]
    [InlineData(60, 62, true)]
    [InlineData(60, 59, false)]
    [InlineData(0, 62, false)]
    public void Checker_knows_how_long_messages_of_a_queue_live(int lifeSeconds, int after, bool isOver)
    {
        _history.Add(new HistoryEvent { Kind = EventKind.QueueMade, Group = Queue, Text = "synced", LifeMilliseconds = lifeSeconds * 1_000L });
        Publish(1);
        Move(after);
        Done(1, pull: Pull());

        Assert.Equal(isOver ? [ViolationKind.ExpiredDelivered] : [], Check());
    }

    [Theory]
    [InlineData(true, 11, true, "")]
    [InlineData(true, 11, false, nameof(ViolationKind.NotDelivered))]
    [InlineData(false, 11, true, nameof(ViolationKind.DeadLetterWrong))]
    [InlineData(true, 9, true, nameof(ViolationKind.DeadLetterWrong) + " " + nameof(ViolationKind.NotDelivered))]
    public void Checker_wants_a_dead_letter_where_the_group_does_and_the_time_has_passed(bool buries, int after, bool isListed, string found)
    {
        Make(buries);
        Publish(1, expiresAfter: 10);
        Done(1, group: Other);
        Move(after);
        if (isListed)
            _history.Add(Dead(1));

        Assert.Equal(found, string.Join(' ', Check()));
    }

    [Theory]
    [InlineData(0, "expired", true)]
    [InlineData(1, "expired", false)]
    [InlineData(2, "expired", true)]
    [InlineData(1, "because", true)]
    public void Checker_lets_a_purged_message_die_of_age_anew_where_a_reset_lets_it_come(long resetTo, string reason, bool isBroken)
    {
        Make(buries: true);
        Publish(1, expiresAfter: 10);
        Done(1, group: Other);
        Move(11);
        if (resetTo > 0)
            _history.Add(new HistoryEvent { Kind = EventKind.ResetSent, Group = Group, Offset = resetTo });
        _history.Add(new HistoryEvent { Kind = EventKind.DeadPurgeSent, Group = Group, Offset = 1 });
        _history.Add(new HistoryEvent { Kind = EventKind.DeadPurgeAnswered, Group = Group, Offset = 1 });
        _history.Add(Dead(1) with { Reason = reason });

        Assert.Equal(isBroken, Check().Contains(ViolationKind.DeadPurgedListed));
    }

    [Theory]
    [InlineData(29, true)]
    [InlineData(30, false)]
    public void Checker_wants_a_key_to_wait_for_the_lease_of_an_expired_message(int after, bool isBroken)
    {
        Publish(1, expiresAfter: 10, key: "k");
        Publish(2, key: "k");
        Deliver(1);
        Move(after);
        Done(2);

        Assert.Equal(isBroken, Check().Contains(ViolationKind.KeyOrderBroken));
    }

    [Theory]
    [InlineData(19, true)]
    [InlineData(20, false)]
    public void Checker_lets_a_key_go_on_after_the_lease_of_an_expired_message_that_may_have_been_read_late(int after, bool isBroken)
    {
        Publish(1, expiresAfter: 10, key: "k");
        Publish(2, key: "k");
        for (int moves = 0; moves < 3; moves++)
        {
            Move(5);
            Pull();
        }
        Deliver(1);
        Move(after);
        Done(2);

        Assert.Equal(isBroken, Check().Contains(ViolationKind.KeyOrderBroken));
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void Checker_misses_nothing_of_a_queue_that_was_deleted(bool isDeleted)
    {
        Publish(1);
        if (isDeleted)
            _history.Add(new HistoryEvent { Kind = EventKind.DeleteSent, Group = Queue });

        Assert.Equal(isDeleted ? [] : [ViolationKind.AcknowledgedLost], Check());
    }

    [Fact]
    public void Checker_finds_a_message_of_a_deleted_queue_in_the_next_one_of_its_name()
    {
        Publish(1);
        Delete();
        Done(1, group: Again.Of("g1"));

        Assert.Contains(ViolationKind.DeliveredUnknown, Check());
    }

    [Fact]
    public void Checker_lets_a_message_come_that_was_sent_again_to_the_next_queue_of_the_name()
    {
        _history.Add(Message(1));
        Delete();
        var sent = Message(1) with { Group = Again };
        int request = _history.Add(sent);
        _history.Add(sent with { Kind = EventKind.PublishAnswered, Position = 101, Durability = Durability.Synced, Request = request });
        Done(1, group: Again.Of("g1"));

        Assert.Empty(Check());
    }

    [Fact]
    public void Checker_finds_a_deleted_queue_that_is_there()
    {
        Delete();
        _history.Add(new HistoryEvent { Kind = EventKind.DeletedFound, Group = Queue });

        Assert.Equal([ViolationKind.DeletedFound], Check());
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void Checker_misses_nothing_of_a_group_that_was_deleted_unless_it_is_there(bool isThere)
    {
        Publish(1);
        Done(1, group: Other);
        Deliver(1);
        _history.Add(new HistoryEvent { Kind = EventKind.GroupDeleteSent, Group = Group });
        _history.Add(new HistoryEvent { Kind = isThere ? EventKind.GroupKept : EventKind.GroupDeleteAnswered, Group = Group });

        Assert.Equal(isThere ? [ViolationKind.LostForGroup] : [], Check());
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void Checker_lets_a_handle_be_refused_only_where_its_group_was_deleted(bool isDeleted)
    {
        Publish(1);
        Done(1, group: Other);
        Deliver(1);
        int request = _history.Add(new HistoryEvent { Kind = EventKind.SettleSent, Group = Group, Connection = 1, Offset = 1, Attempt = 1, Epoch = 1, Verb = SettleVerb.Ack });
        if (isDeleted)
            _history.Add(new HistoryEvent { Kind = EventKind.GroupDeleteSent, Group = Group });
        _history.Add(new HistoryEvent { Kind = EventKind.SettleAnswered, Group = Group, Offset = 1, Request = request, Error = ErrorCode.HandleInvalid });

        Assert.Equal(!isDeleted, Check().Contains(ViolationKind.WronglyRefused));
    }

    [Fact]
    public void Checker_finds_what_a_group_that_was_made_anew_did_not_get_from_the_beginning()
    {
        Publish(1);
        Done(1);
        Done(1, group: Other);
        _history.Add(new HistoryEvent { Kind = EventKind.GroupDeleteSent, Group = Group });
        _history.Add(new HistoryEvent { Kind = EventKind.GroupDeleteAnswered, Group = Group });
        _history.Add(new HistoryEvent { Kind = EventKind.GroupMade, Group = Queue.Of("g1~1") });

        Assert.Equal([ViolationKind.NotDelivered], Check());
    }

    [Fact]
    public void Checker_finds_a_deleted_group_that_is_there()
    {
        _history.Add(new HistoryEvent { Kind = EventKind.GroupDeleteSent, Group = Group });
        _history.Add(new HistoryEvent { Kind = EventKind.DeletedFound, Group = Group });

        Assert.Equal([ViolationKind.DeletedFound], Check());
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void Checker_lets_a_publish_be_refused_only_where_its_queue_was_deleted(bool isDeleted)
    {
        int request = _history.Add(Message(1));
        if (isDeleted)
            Delete();
        _history.Add(Message(1) with { Kind = EventKind.PublishRefused, Error = ErrorCode.QueueNotFound, Request = request });

        Assert.Equal(isDeleted ? [] : [ViolationKind.WronglyRefused], Check());
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void Checker_lets_a_repeat_be_refused_as_the_publish_to_the_queue_before(bool wasDeleted)
    {
        _history.Add(Message(1));
        if (wasDeleted)
            Delete();
        int request = _history.Add(Message(wasDeleted ? 1 : 2) with { Group = GroupKey.OfQueue("q~1") });
        _history.Add(Message(wasDeleted ? 1 : 2) with
        {
            Group = GroupKey.OfQueue("q~1"), Kind = EventKind.PublishRefused, Error = ErrorCode.QueueNotFound, Request = request,
        });

        Assert.Equal(wasDeleted ? [] : [ViolationKind.WronglyRefused], Check());
    }

    private ViolationKind[] Check() => [.. HistoryChecker.Check(_history.Events).Select(violation => violation.Kind)];

    private void Make(bool buries) => _history.Add(new HistoryEvent { Kind = EventKind.GroupMade, Group = Group, BuriesExpired = buries });

    private void Move(int seconds) => _time.Move(TimeSpan.FromSeconds(seconds));

    private void Delete()
    {
        _history.Add(new HistoryEvent { Kind = EventKind.DeleteSent, Group = Queue });
        _history.Add(new HistoryEvent { Kind = EventKind.DeleteAnswered, Group = Queue });
        _history.Add(new HistoryEvent { Kind = EventKind.QueueMade, Group = Again, Text = "synced" });
    }

    private void Count(int expired) => _history.Add(new HistoryEvent { Kind = EventKind.ExpiredCounted, Group = Group, Count = expired });

    private int Pull() => _history.Add(new HistoryEvent { Kind = EventKind.PullSent, Group = Group, Connection = 1 });

    private static HistoryEvent Message(long number) => new()
    {
        Kind = EventKind.PublishSent, Group = Queue, Message = new MessageKey(1, (ulong)number), Text = $"{number}",
    };

    private static HistoryEvent Dead(long offset) => new()
    {
        Kind = EventKind.DeadListed, Group = Group, Offset = offset, Message = new MessageKey(1, (ulong)offset), Position = 100 + (ulong)offset,
        Text = $"{offset}", Reason = "expired",
    };

    private void Publish(long number, int expiresAfter = 0, bool isTimeToLive = false, string key = "")
    {
        long expires = expiresAfter == 0 ? 0 : (_time.GetUtcNow() + TimeSpan.FromSeconds(expiresAfter)).ToUnixTimeMilliseconds();
        var sent = Message(number) with { Expires = expires, IsTimeToLive = isTimeToLive, OrderingKey = key };
        int request = _history.Add(sent);
        _history.Add(sent with
        {
            Kind = EventKind.PublishAnswered, Position = 100 + (ulong)number, Durability = Durability.Synced, Request = request,
        });
    }

    private void Deliver(long offset, GroupKey? group = null, int pull = 0, bool isRedriven = false) => _history.Add(new HistoryEvent
    {
        Kind = EventKind.Delivered, Connection = 1, Group = group ?? Group, Offset = offset, Message = new MessageKey(1, (ulong)offset),
        Position = 100 + (ulong)offset, Attempt = 1, Epoch = 1, Request = pull, Text = $"{offset}", IsRedriven = isRedriven,
    });

    private void Done(long offset, GroupKey? group = null, int pull = 0, bool isRedriven = false, SettleVerb verb = SettleVerb.Ack)
    {
        Deliver(offset, group, pull, isRedriven);
        var sent = new HistoryEvent
        {
            Kind = EventKind.SettleSent, Connection = 1, Group = group ?? Group, Offset = offset, Verb = verb, Attempt = 1, Epoch = 1, Reason = "because",
        };
        int request = _history.Add(sent);
        _history.Add(sent with { Kind = EventKind.SettleAnswered, Request = request });
    }
}
