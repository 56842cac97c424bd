using Forewave.Protocol;

namespace Forewave.Broker.Tests.Promises.Histories;

/// <summary>A good history passes; each kind of violation that is planted into it is found.</summary>
public sealed class HistoryCheckerTests
{
    private static readonly GroupKey Queue = GroupKey.OfQueue("q1");
    private static readonly GroupKey Group = Queue.Of("g1");

    private readonly History _history = new(TimeProvider.System);

    public HistoryCheckerTests()
    {
        _history.Add(new HistoryEvent { Kind = EventKind.LifeBegan });
        _history.Add(new HistoryEvent { Kind = EventKind.QueueMade, Group = Queue, Text = "synced" });
        _history.Add(new HistoryEvent { Kind = EventKind.GroupMade, Group = Group });
    }

    [Fact]
    public void Checker_passes_a_history_in_which_every_promise_is_kept()
    {
        Publish(1, 101);
        Publish(2, 102);
        Deliver(1, 1, 101);
        Ack(1);
        Deliver(2, 2, 102);
        Settle(2, SettleVerb.Nack, attempt: 1);
        Deliver(2, 2, 102, attempt: 2);
        Ack(2, attempt: 2);

        Assert.Empty(Check());
    }

    [Fact]
    public void Checker_finds_an_acknowledged_message_that_is_gone()
    {
        Publish(1, 101);
        Publish(2, 102);
        Deliver(1, 1, 101);
        Ack(1);

        Assert.Contains(ViolationKind.AcknowledgedLost, Check());
    }

    [Fact]
    public void Checker_finds_a_delivered_message_that_another_one_replaced()
    {
        Publish(1, 101);
        Publish(2, 102);
        Deliver(1, 1, 101);
        Crash();
        Deliver(1, 2, 102, attempt: 2);

        Assert.Contains(ViolationKind.DeliveredVanished, Check());
    }

    [Fact]
    public void Checker_finds_a_message_that_one_group_never_got()
    {
        _history.Add(new HistoryEvent { Kind = EventKind.GroupMade, Group = Queue.Of("g2") });
        Publish(1, 101);
        Deliver(1, 1, 101);
        Ack(1);

        Assert.Contains(ViolationKind.NotDelivered, Check());
    }

    [Fact]
    public void Checker_finds_a_message_that_was_not_settled_and_never_came_again()
    {
        Publish(1, 101);
        Deliver(1, 1, 101);

        Assert.Contains(ViolationKind.LostForGroup, Check());
    }

    [Fact]
    public void Checker_finds_messages_that_nobody_sent_and_other_bytes()
    {
        Publish(1, 101);
        Deliver(1, 1, 101, digest: "other");
        Deliver(2, 7, 107);

        Assert.Equal(2, Check().Count(kind => kind == ViolationKind.DeliveredUnknown));
    }

    [Fact]
    public void Checker_finds_a_second_copy_of_one_sequence()
    {
        Publish(1, 101);
        Publish(1, 105);
        Deliver(1, 1, 101);
        Ack(1);

        Assert.Contains(ViolationKind.SecondCopy, Check());
    }

    [Fact]
    public void Checker_finds_a_position_that_was_given_twice()
    {
        Publish(1, 101);
        Publish(2, 101);

        Assert.Contains(ViolationKind.PositionGivenTwice, Check());
    }

    [Fact]
    public void Checker_finds_offsets_that_are_left_out()
    {
        Publish(1, 101);
        Deliver(2, 1, 101);
        Ack(2);

        Assert.Contains(ViolationKind.OffsetsBroken, Check());
    }

    [Fact]
    public void Checker_finds_messages_of_a_producer_in_another_order()
    {
        Publish(1, 101);
        Publish(2, 102);
        Deliver(1, 2, 102);
        Deliver(2, 1, 101);

        Assert.Contains(ViolationKind.OrderBroken, Check());
    }

    [Fact]
    public void Checker_finds_first_deliveries_out_of_order()
    {
        Publish(1, 101);
        Publish(2, 102);
        Deliver(2, 2, 102);
        Deliver(1, 1, 101);

        Assert.Contains(ViolationKind.OrderBroken, Check());
    }

    [Fact]
    public void Checker_finds_first_deliveries_out_of_order_of_what_was_published_after_leases_were_given_back()
    {
        _history.Add(new HistoryEvent { Kind = EventKind.LeasesReleased, Connection = 7, Group = Group });
        _history.Add(new HistoryEvent { Kind = EventKind.ReleaseDone, Group = Group });
        Publish(1, 101);
        Publish(2, 102);
        Deliver(2, 2, 102);
        Deliver(1, 1, 101);

        Assert.Contains(ViolationKind.OrderBroken, Check());
    }

    [Fact]
    public void Checker_lets_first_deliveries_be_out_of_order_where_a_lease_may_have_been_given_back()
    {
        Publish(1, 101);
        Publish(2, 102);
        _history.Add(new HistoryEvent { Kind = EventKind.LeasesReleased, Connection = 7, Group = Group });
        _history.Add(new HistoryEvent { Kind = EventKind.ReleaseDone, Group = Group });
        Deliver(2, 2, 102);
        Deliver(1, 1, 101);
        Ack(1);
        Ack(2);

        Assert.Empty(Check());
    }

    [Fact]
    public void Checker_finds_a_message_that_an_ack_up_to_a_later_one_hid()
    {
        Publish(1, 101);
        Publish(2, 102);
        Deliver(2, 2, 102);
        Settle(2, SettleVerb.AckUpTo, attempt: 1);
        _history.Add(new HistoryEvent
        {
            Kind = EventKind.Delivered, Connection = 2, Group = Queue.Of("g2"), Offset = 1, Message = new(1, 1), Position = 101, Attempt = 1, Text = "1",
        });

        Assert.Contains(ViolationKind.NotDelivered, Check());
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void Checker_finds_a_message_that_comes_again_after_its_ack(bool crash)
    {
        Publish(1, 101);
        Deliver(1, 1, 101);
        Ack(1);
        if (crash)
            Crash();
        Deliver(1, 1, 101, attempt: 2);

        Assert.Contains(ViolationKind.AckedRedelivered, Check());
    }

    [Fact]
    public void Checker_lets_a_redriven_message_come_again_when_the_ack_was_of_a_lease_before_the_redrive()
    {
        Publish(1, 101);
        Deliver(1, 1, 101);
        Redrive(1);
        Ack(1);
        Deliver(1, 1, 101);
        Ack(1);

        Assert.Empty(Check());
    }

    [Fact]
    public void Checker_finds_a_redriven_message_that_comes_again_after_its_ack()
    {
        Publish(1, 101);
        Deliver(1, 1, 101);
        Settle(1, SettleVerb.Reject, attempt: 1);
        Redrive(1);
        Deliver(1, 1, 101);
        Ack(1);
        Deliver(1, 1, 101, attempt: 2);

        Assert.Contains(ViolationKind.AckedRedelivered, Check());
    }

    [Fact]
    public void Checker_lets_a_message_come_again_when_its_ack_was_not_answered()
    {
        Publish(1, 101);
        Deliver(1, 1, 101);
        Send(1, SettleVerb.Ack);
        Crash();
        Deliver(1, 1, 101);
        Ack(1);

        Assert.Empty(Check());
    }

    [Fact]
    public void Checker_lets_a_released_delivery_be_read_after_the_one_that_followed_it()
    {
        Publish(1, 101);
        _history.Add(new HistoryEvent { Kind = EventKind.LeasesReleased, Connection = 1, Group = Group });
        _history.Add(new HistoryEvent
        {
            Kind = EventKind.Delivered, Connection = 2, Group = Group, Offset = 1, Message = new(1, 1), Position = 101, Attempt = 1, Text = "1",
        });
        Deliver(1, 1, 101);
        Ack(1);

        Assert.Empty(Check());
    }

    [Fact]
    public void Checker_finds_an_attempt_that_does_not_rise()
    {
        Publish(1, 101);
        Deliver(1, 1, 101);
        Deliver(1, 1, 101);
        Ack(1);

        Assert.Contains(ViolationKind.AttemptNotRaised, Check());
    }

    [Fact]
    public void Checker_finds_a_nacked_attempt_that_a_crash_took_back()
    {
        Publish(1, 101);
        Deliver(1, 1, 101);
        Settle(1, SettleVerb.Nack, attempt: 1);
        Crash();
        Deliver(1, 1, 101);
        Ack(1);

        Assert.Contains(ViolationKind.AttemptNotRaised, Check());
    }

    [Fact]
    public void Checker_finds_a_rejected_message_that_is_no_dead_letter()
    {
        Publish(1, 101);
        Deliver(1, 1, 101);
        Settle(1, SettleVerb.Reject, attempt: 1);

        Assert.Contains(ViolationKind.DeadLetterMissing, Check());
    }

    [Fact]
    public void Checker_finds_a_dead_letter_that_comes_again_and_one_without_a_cause()
    {
        Publish(1, 101);
        Publish(2, 102);
        Deliver(1, 1, 101);
        Settle(1, SettleVerb.Reject, attempt: 1);
        Deliver(1, 1, 101, attempt: 2);
        Deliver(2, 2, 102);
        _history.Add(new HistoryEvent { Kind = EventKind.DeadListed, Group = Group, Offset = 2, Position = 102, Message = new(1, 2), Text = "2" });

        Assert.Contains(ViolationKind.DeadRedelivered, Check());
        Assert.Contains(ViolationKind.DeadLetterWrong, Check());
    }

    [Fact]
    public void Checker_finds_a_second_delivery_at_most_once()
    {
        _history.Add(new HistoryEvent { Kind = EventKind.GroupMade, Group = Group, Text = "at-most-once" });
        Publish(1, 101);
        Deliver(1, 1, 101);
        Crash();
        Deliver(1, 1, 101);

        Assert.Contains(ViolationKind.DeliveredTwice, Check());
    }

    [Fact]
    public void Checker_finds_a_receipt_that_names_another_durability()
    {
        Publish(1, 101, Durability.Memory);

        Assert.Contains(ViolationKind.DurabilityWrong, Check());
    }

    [Fact]
    public void Checker_finds_a_redriven_dead_letter_that_never_comes()
    {
        Publish(1, 101);
        Deliver(1, 1, 101);
        Settle(1, SettleVerb.Reject, attempt: 1);
        Redrive(1);

        Assert.Contains(ViolationKind.LostForGroup, Check());
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void Checker_lets_a_redriven_message_die_unseen_only_when_it_was_lost_with_its_connection(bool isLost)
    {
        var made = new HistoryEvent { Kind = EventKind.GroupMade, Group = Group, Count = 1 };
        _history.Add(made);
        Publish(1, 101);
        Deliver(1, 1, 101);
        Settle(1, SettleVerb.Reject, attempt: 1);
        Redrive(1);
        if (isLost)
        {
            Crash();
            _history.Add(made);
        }
        _history.Add(new HistoryEvent
        {
            Kind = EventKind.DeadListed, Group = Group, Offset = 1, Message = new(1, 1), Position = 101, Text = "1",
            Reason = "the lease of the last attempt expired",
        });

        Assert.Equal(!isLost, Check().Contains(ViolationKind.LostForGroup));
    }

    private IEnumerable<ViolationKind> Check() => HistoryChecker.Check(_history.Events).Select(violation => violation.Kind).ToArray();

    private void Redrive(long offset)
    {
        _history.Add(new HistoryEvent { Kind = EventKind.RedriveSent, Group = Group, Offset = offset });
        _history.Add(new HistoryEvent { Kind = EventKind.RedriveAnswered, Group = Group, Offset = offset });
    }

    private void Crash() => _history.Add(new HistoryEvent { Kind = EventKind.LifeBegan });

    private void Publish(ulong sequence, uint position, Durability durability = Durability.Synced)
    {
        var sent = new HistoryEvent { Kind = EventKind.PublishSent, Group = Queue, Message = new(1, sequence), Text = $"{sequence}" };
        int request = _history.Add(sent);
        _history.Add(sent with { Kind = EventKind.PublishAnswered, Position = position, Durability = durability, Request = request });
    }

    private void Deliver(long offset, ulong sequence, uint position, byte attempt = 1, string? digest = null) => _history.Add(new HistoryEvent
    {
        Kind = EventKind.Delivered,
        Connection = 1,
        Group = Group,
        Offset = offset,
        Message = new(1, sequence),
        Position = position,
        Attempt = attempt,
        Text = digest ?? $"{sequence}",
    });

    private void Ack(long offset, byte attempt = 1) => Settle(offset, SettleVerb.Ack, attempt);

    private void Settle(long offset, SettleVerb verb, byte attempt)
    {
        int request = Send(offset, verb, attempt);
        _history.Add(new HistoryEvent { Kind = EventKind.SettleAnswered, Connection = 1, Group = Group, Offset = offset, Request = request });
    }

    private int Send(long offset, SettleVerb verb, byte attempt = 1) => _history.Add(new HistoryEvent
    {
        Kind = EventKind.SettleSent, Connection = 1, Group = Group, Offset = offset, Verb = verb, Attempt = attempt, Reason = "because",
    });
}
