using Forewave.Broker.Delivery.Groups;
using Forewave.Protocol;

namespace Forewave.Broker.Tests.Promises.Histories;

/// <summary>
/// Histories with ordering keys, priorities, times, deduplication ids and purges: good ones pass, what is planted into them is found.
/// </summary>
public sealed class FeatureRulesTests
{
    private const int NextBand = 56;
    private static readonly GroupKey Queue = GroupKey.OfQueue("q1");
    private static readonly GroupKey Group = Queue.Of("g1");
    private static readonly GroupKey Other = Queue.Of("g2");

    private readonly Fakes.MovedTime _time = new();
    private readonly History _history;

    public FeatureRulesTests()
    {
        _history = new History(_time);
        _history.Add(new HistoryEvent { Kind = EventKind.LifeBegan });
        _history.Add(new HistoryEvent { Kind = EventKind.QueueMade, Group = Queue, Text = "synced" });
        Make(FailurePolicy.Hold);
    }

    [Fact]
    public void Checker_passes_a_key_whose_messages_come_one_after_the_other()
    {
        Publish(Keyed(1), 101);
        Publish(Keyed(2), 102);
        Deliver(1, 1, 101);
        Settle(1, SettleVerb.Nack, 1);
        Deliver(1, 1, 101, attempt: 2);
        Settle(1, SettleVerb.Ack, 2);
        Deliver(2, 2, 102);
        Settle(2, SettleVerb.Ack, 1);

        Assert.Empty(Check());
    }

    [Theory]
    [InlineData("Hold")]
    [InlineData("Park")]
    [InlineData("Skip")]
    public void Checker_finds_a_message_that_comes_before_the_one_ahead_in_its_key_is_settled(string policy)
    {
        Make(Enum.Parse<FailurePolicy>(policy));
        Publish(Keyed(1), 101);
        Publish(Keyed(2), 102);
        Deliver(1, 1, 101);
        Deliver(2, 2, 102);
        Settle(1, SettleVerb.Ack, 1);
        Settle(2, SettleVerb.Ack, 1);

        Assert.Equal([ViolationKind.KeyOrderBroken], Check());
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void Checker_lets_a_skipped_message_come_once_more_only_where_a_crash_may_have_taken_its_lease(bool isCrash)
    {
        Make(FailurePolicy.Skip);
        Publish(Keyed(1), 101);
        Deliver(1, 1, 101);
        if (isCrash)
            _history.Add(new HistoryEvent { Kind = EventKind.LifeBegan });
        Settle(1, SettleVerb.Nack, 1);
        Deliver(1, 1, 101, attempt: 2);
        Settle(1, SettleVerb.Ack, 2);

        Assert.Equal(!isCrash, Check().Contains(ViolationKind.DeadRedelivered));
    }

    [Theory]
    [InlineData("Hold", true)]
    [InlineData("Park", true)]
    [InlineData("Skip", false)]
    public void Checker_lets_a_key_go_on_after_a_nack_only_where_its_policy_says_so(string policy, bool isBroken)
    {
        Make(Enum.Parse<FailurePolicy>(policy));
        Publish(Keyed(1), 101);
        Publish(Keyed(2), 102);
        Deliver(1, 1, 101);
        Send(1, SettleVerb.Nack, 1);
        Deliver(2, 2, 102);

        Assert.Equal(isBroken, Check().Contains(ViolationKind.KeyOrderBroken));
    }

    [Theory]
    [InlineData(29, true)]
    [InlineData(30, false)]
    public void Checker_lets_a_key_go_on_when_the_last_lease_may_have_ended(int seconds, bool isBroken)
    {
        Make(FailurePolicy.Skip);
        Publish(Keyed(1), 101);
        Publish(Keyed(2), 102);
        Deliver(1, 1, 101);
        _time.Move(TimeSpan.FromSeconds(seconds));
        Deliver(2, 2, 102);

        Assert.Equal(isBroken, Check().Contains(ViolationKind.KeyOrderBroken));
    }

    [Fact]
    public void Checker_lets_other_keys_and_messages_without_one_come_meanwhile()
    {
        Publish(Keyed(1), 101);
        Publish(Keyed(2) with { OrderingKey = "other" }, 102);
        Publish(Message(3), 103);
        Deliver(1, 1, 101);
        Deliver(3, 3, 103);
        Deliver(2, 2, 102);
        foreach (long offset in (long[])[1, 2, 3])
            Settle(offset, SettleVerb.Ack, 1);

        Assert.Empty(Check());
    }

    [Theory]
    [InlineData(false, false)]
    [InlineData(true, false)]
    [InlineData(true, true)]
    public void Checker_finds_a_parked_message_that_comes_again_without_a_command(bool isResumed, bool crosses)
    {
        Make(FailurePolicy.Park);
        Publish(Keyed(1), 101);
        Deliver(1, 1, 101);
        int reject = Send(1, SettleVerb.Reject, 1);
        if (!crosses)
            Answer(1, reject);
        if (isResumed)
            _history.Add(new HistoryEvent { Kind = EventKind.ResumeSent, Group = Group, OrderingKey = "k", Verb = SettleVerb.Release });
        if (crosses)
            Answer(1, reject);
        Deliver(1, 1, 101, attempt: 2);
        Settle(1, SettleVerb.Ack, 2);

        Assert.Equal(!isResumed, Check().Contains(ViolationKind.ParkedDelivered));
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void Checker_finds_a_parked_message_in_a_replay_unless_a_reset_went_over_it(bool isReset)
    {
        Make(FailurePolicy.Park);
        Publish(Keyed(1), 101);
        Deliver(1, 1, 101);
        Settle(1, SettleVerb.Reject, 1);
        if (isReset)
            Answered(new HistoryEvent { Kind = EventKind.ResetSent, Group = Group, Offset = 2 }, EventKind.ResetAnswered);
        Answered(new HistoryEvent { Kind = EventKind.ReplaySent, Group = Group, Offset = 1, Count = 1 }, EventKind.ReplayAnswered);
        Deliver(1, 1, 101);
        Settle(1, SettleVerb.Ack, 1);

        Assert.Equal(!isReset, Check().Contains(ViolationKind.ParkedDelivered));
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void Checker_finds_a_message_that_passes_a_parked_one_unless_that_was_given_up(bool isGivenUp)
    {
        Make(FailurePolicy.Park);
        Publish(Keyed(1), 101);
        Publish(Keyed(2), 102);
        Deliver(1, 1, 101);
        Settle(1, SettleVerb.Reject, 1);
        _history.Add(new HistoryEvent
        {
            Kind = EventKind.ResumeSent, Group = Group, OrderingKey = "k", Verb = isGivenUp ? SettleVerb.Reject : SettleVerb.Release,
        });
        Deliver(2, 2, 102);
        Settle(2, SettleVerb.Ack, 1);

        Assert.Equal(!isGivenUp, Check().Contains(ViolationKind.KeyOrderBroken));
    }

    [Theory]
    [InlineData(9, true)]
    [InlineData(10, false)]
    public void Checker_finds_a_scheduled_message_that_comes_early(int seconds, bool isBroken)
    {
        Publish(Timed(1, 10), 101);
        _time.Move(TimeSpan.FromSeconds(seconds));
        Deliver(1, 1, 101);
        Settle(1, SettleVerb.Ack, 1);

        Assert.Equal(isBroken, Check().Contains(ViolationKind.DeliveredEarly));
    }

    [Theory]
    [InlineData(5, true, 5, false)]
    [InlineData(5, false, 5, false)]
    [InlineData(20, true, 10, true)]
    [InlineData(20, false, 10, false)]
    public void Checker_counts_from_the_new_time_of_a_rescheduled_message(int due, bool isAnswered, int comes, bool isBroken)
    {
        Publish(Timed(1, 10), 101);
        Command(EventKind.RescheduleSent, EventKind.RescheduleAnswered, 1, isAnswered ? ErrorCode.None : null, due: In(due));
        _time.Move(TimeSpan.FromSeconds(comes));
        Deliver(1, 1, 101);

        Assert.Equal(isBroken, Check().Contains(ViolationKind.DeliveredEarly));
    }

    [Fact]
    public void Checker_finds_a_cancelled_message_that_comes()
    {
        Publish(Timed(1, 10), 101);
        Command(EventKind.CancelSent, EventKind.CancelAnswered, 1, ErrorCode.None);
        _time.Move(TimeSpan.FromSeconds(10));
        Deliver(1, 1, 101);

        Assert.Contains(ViolationKind.CancelledDelivered, Check());
    }

    [Fact]
    public void Checker_finds_a_message_that_was_cancelled_after_it_had_come()
    {
        Publish(Timed(1, 10), 101);
        _time.Move(TimeSpan.FromSeconds(10));
        Deliver(1, 1, 101);
        Settle(1, SettleVerb.Ack, 1);
        Command(EventKind.CancelSent, EventKind.CancelAnswered, 1, ErrorCode.None);

        Assert.Contains(ViolationKind.CancelledDelivered, Check());
    }

    [Theory]
    [InlineData(9, true)]
    [InlineData(10, false)]
    public void Checker_finds_a_cancel_that_is_refused_though_the_message_waits(int seconds, bool isBroken)
    {
        Publish(Timed(1, 10), 101);
        _time.Move(TimeSpan.FromSeconds(seconds));
        Command(EventKind.CancelSent, EventKind.CancelAnswered, 1, ErrorCode.NotScheduled);
        _time.Move(TimeSpan.FromSeconds(10));
        Deliver(1, 1, 101);
        Settle(1, SettleVerb.Ack, 1);

        Assert.Equal(isBroken, Check().Contains(ViolationKind.WronglyRefused));
    }

    [Theory]
    [InlineData(null)]
    [InlineData(ErrorCode.NotScheduled)]
    [InlineData(ErrorCode.None)]
    public void Checker_misses_a_scheduled_message_unless_its_cancel_may_have_been_done(ErrorCode? answer)
    {
        Publish(Timed(1, 10), 101);
        Command(EventKind.CancelSent, EventKind.CancelAnswered, 1, answer);

        Assert.Equal(answer == ErrorCode.NotScheduled, Check().Contains(ViolationKind.AcknowledgedLost));
    }

    [Fact]
    public void Checker_finds_scheduled_messages_in_another_order_than_that_of_their_times()
    {
        Publish(Timed(1, 20), 101);
        Publish(Timed(2, 10), 102);
        _time.Move(TimeSpan.FromSeconds(30));
        Deliver(1, 1, 101);
        Deliver(2, 2, 102);
        Settle(1, SettleVerb.Ack, 1);
        Settle(2, SettleVerb.Ack, 1);

        Assert.Equal([ViolationKind.ScheduleOrderBroken], Check());
    }

    [Fact]
    public void Checker_lets_a_message_that_came_late_stand_behind_those_that_are_out()
    {
        Publish(Timed(2, 10), 102);
        _time.Move(TimeSpan.FromSeconds(10));
        Deliver(1, 2, 102);
        Publish(Timed(3, 10) with { Due = In(-5) }, 103);
        Deliver(2, 3, 103);
        Settle(1, SettleVerb.Ack, 1);
        Settle(2, SettleVerb.Ack, 1);

        Assert.Empty(Check());
    }

    [Theory]
    [InlineData(599, true)]
    [InlineData(600, false)]
    public void Checker_finds_an_id_that_is_stored_twice_within_its_window(int seconds, bool isBroken)
    {
        Publish(Message(1) with { DeduplicationId = "a" }, 101);
        _time.Move(TimeSpan.FromSeconds(seconds));
        Publish(Message(2) with { DeduplicationId = "a" }, 102);
        Deliver(1, 1, 101);
        Deliver(2, 2, 102);
        Settle(1, SettleVerb.Ack, 1);
        Settle(2, SettleVerb.Ack, 1);

        Assert.Equal(isBroken ? [ViolationKind.IdStoredTwice] : [], Check());
    }

    [Theory]
    [InlineData("a", 101, "")]
    [InlineData("b", 101, nameof(ViolationKind.RepeatOfAnother))]
    [InlineData("a", 105, nameof(ViolationKind.AcknowledgedLost))]
    public void Checker_finds_a_repeat_that_names_another_message(string id, uint position, string found)
    {
        Publish(Message(1) with { DeduplicationId = "a" }, 101);
        Publish(Message(2) with { DeduplicationId = id }, position, isRepeat: true);
        Deliver(1, 1, 101);
        Settle(1, SettleVerb.Ack, 1);

        Assert.Equal(found, string.Join(' ', Check()));
    }

    [Fact]
    public void Checker_finds_a_repeat_that_is_stored_all_the_same()
    {
        Publish(Message(1) with { DeduplicationId = "a" }, 101);
        Publish(Message(2) with { DeduplicationId = "a" }, 101, isRepeat: true);
        _time.Move(TimeSpan.FromHours(1));
        Deliver(1, 1, 101);
        Deliver(2, 2, 102);
        Settle(1, SettleVerb.Ack, 1);
        Settle(2, SettleVerb.Ack, 1);

        Assert.Equal([ViolationKind.SecondCopy], Check());
    }

    [Theory]
    [InlineData("", 9, false)]
    [InlineData("", 0, true)]
    [InlineData("k", 9, true)]
    [InlineData("k", 0, false)]
    public void Checker_finds_a_message_in_the_band_of_another_priority(string key, int band, bool isBroken)
    {
        Publish(Message(1) with { Priority = 8, OrderingKey = key }, 101);
        long offset = ((long)band << NextBand) + 1;
        Deliver(offset, 1, 101);
        Settle(offset, SettleVerb.Ack, 1);

        Assert.Equal(isBroken, Check().Contains(ViolationKind.PriorityBroken));
    }

    [Theory]
    [InlineData(true, true)]
    [InlineData(false, false)]
    public void Checker_finds_a_pull_that_gets_a_lower_priority_while_a_higher_one_is_at_hand(bool isAlone, bool isBroken)
    {
        _history.Add(new HistoryEvent { Kind = EventKind.GroupMade, Group = Group, IsAlone = isAlone });
        Publish(Message(1), 101);
        Publish(Message(2) with { Priority = 9 }, 102);
        long high = (10L << NextBand) + 1;
        Deliver(high, 2, 102, group: Other);
        Deliver(1, 1, 101, group: Other);
        Settle(high, SettleVerb.Ack, 1, Other);
        Settle(1, SettleVerb.Ack, 1, Other);
        int pull = _history.Add(new HistoryEvent { Kind = EventKind.PullSent, Group = Group, Connection = 1 });
        Deliver(1, 1, 101, pull: pull);
        Deliver(high, 2, 102, pull: pull);
        Settle(high, SettleVerb.Ack, 1);
        Settle(1, SettleVerb.Ack, 1);

        Assert.Equal(isBroken ? [ViolationKind.PriorityBroken] : [], Check());
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void Checker_finds_a_purged_message_that_comes_on_a_new_connection(bool isNew)
    {
        Publish(Message(1), 101);
        Deliver(1, 1, 101);
        _history.Add(new HistoryEvent { Kind = EventKind.PurgeSent, Group = Queue });
        _history.Add(new HistoryEvent { Kind = EventKind.PurgeAnswered, Group = Queue });
        Deliver(1, 1, 101, attempt: 2, connectedAfter: (short)(isNew ? _history.Last : 0));

        Assert.Equal(isNew ? [ViolationKind.PurgedDelivered] : [], Check());
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void Checker_misses_no_message_that_was_purged(bool isPurged)
    {
        Publish(Message(1), 101);
        if (isPurged)
            _history.Add(new HistoryEvent { Kind = EventKind.PurgeSent, Group = Queue });
        Crash();
        Publish(Message(2), 102);
        Deliver(2, 2, 102);
        Settle(2, SettleVerb.Ack, 1);

        Assert.Equal(isPurged ? [] : [ViolationKind.OffsetsBroken, ViolationKind.AcknowledgedLost], Check());
    }

    private ViolationKind[] Check() => [.. HistoryChecker.Check(_history.Events).Select(violation => violation.Kind)];

    [Theory]
    [InlineData(20, false)]
    [InlineData(31, true)]
    public void Checker_lets_a_message_be_refused_for_its_time_only_when_that_has_passed(int secondsLater, bool isGood)
    {
        var sent = Timed(1, seconds: 0);
        int request = _history.Add(sent);
        _time.Move(TimeSpan.FromSeconds(secondsLater));
        _history.Add(sent with { Kind = EventKind.PublishRefused, Error = ErrorCode.DeliveryTimeInvalid, Request = request });

        Assert.Equal(isGood ? [] : [ViolationKind.WronglyRefused], Check());
    }

    private void Crash() => _history.Add(new HistoryEvent { Kind = EventKind.LifeBegan });

    private void Make(FailurePolicy policy) => _history.Add(new HistoryEvent { Kind = EventKind.GroupMade, Group = Group, Policy = policy });

    private static HistoryEvent Message(ulong sequence) => new()
    {
        Kind = EventKind.PublishSent, Group = Queue, Message = new MessageKey(1, sequence), Text = $"{sequence}",
    };

    private static HistoryEvent Keyed(ulong sequence) => Message(sequence) with { OrderingKey = "k" };

    private HistoryEvent Timed(ulong sequence, int seconds) => Message(sequence) with { Due = In(seconds) };

    private long In(int seconds) => (_time.GetUtcNow() + TimeSpan.FromSeconds(seconds)).ToUnixTimeMilliseconds();

    private void Publish(HistoryEvent sent, uint position, bool isRepeat = false)
    {
        int request = _history.Add(sent);
        _history.Add(sent with
        {
            Kind = EventKind.PublishAnswered, Position = position, Durability = Durability.Synced, Request = request, IsRepeat = isRepeat,
        });
    }

    private void Command(EventKind asks, EventKind answers, ulong sequence, ErrorCode? answer, long due = 0)
    {
        var sent = new HistoryEvent { Kind = asks, Group = Queue, Message = new MessageKey(1, sequence), Due = due };
        int request = _history.Add(sent);
        if (answer is { } error)
            _history.Add(sent with { Kind = answers, Request = request, Error = error });
    }

    private void Deliver(
        long offset, ulong sequence, uint position, byte attempt = 1, GroupKey? group = null, int pull = 0, short connectedAfter = 0) =>
        _history.Add(new HistoryEvent
        {
            Kind = EventKind.Delivered,
            Connection = 1,
            ConnectedAfter = connectedAfter,
            Group = group ?? Group,
            Offset = offset,
            Message = new MessageKey(1, sequence),
            Position = position,
            Attempt = attempt,
            Request = pull,
            Text = $"{sequence}",
        });

    private void Settle(long offset, SettleVerb verb, byte attempt, GroupKey? group = null)
    {
        int request = Send(offset, verb, attempt, group);
        Answer(offset, request, group);
    }

    private void Answer(long offset, int request, GroupKey? group = null) =>
        _history.Add(new HistoryEvent { Kind = EventKind.SettleAnswered, Connection = 1, Group = group ?? Group, Offset = offset, Request = request });

    private void Answered(HistoryEvent command, EventKind answer) =>
        _history.Add(command with { Kind = answer, Request = _history.Add(command) });

    private int Send(long offset, SettleVerb verb, byte attempt, GroupKey? group = null) => _history.Add(new HistoryEvent
    {
        Kind = EventKind.SettleSent, Connection = 1, Group = group ?? Group, Offset = offset, Verb = verb, Attempt = attempt, Reason = "because",
    });
}
