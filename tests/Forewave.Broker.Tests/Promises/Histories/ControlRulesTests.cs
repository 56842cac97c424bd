using Forewave.Protocol;

namespace Forewave.Broker.Tests.Promises.Histories;

/// <summary>Histories with resets, replays and pauses: good ones pass, what is planted into them is found.</summary>
public sealed class ControlRulesTests
{
    private static readonly GroupKey Queue = GroupKey.OfQueue("q1");
    private static readonly GroupKey Group = Queue.Of("g1");
    private static readonly GroupKey Other = Queue.Of("g2");

    private readonly History _history = new(new Fakes.MovedTime());

    public ControlRulesTests()
    {
        _history.Add(new HistoryEvent { Kind = EventKind.LifeBegan });
        _history.Add(new HistoryEvent { Kind = EventKind.QueueMade, Group = Queue, Text = "synced" });
        _history.Add(new HistoryEvent { Kind = EventKind.GroupMade, Group = Group });
        for (ulong sequence = 1; sequence <= 3; sequence++)
        {
            var sent = new HistoryEvent { Kind = EventKind.PublishSent, Group = Queue, Message = new MessageKey(1, sequence), Text = $"{sequence}" };
            int request = _history.Add(sent);
            _history.Add(sent with
            {
                Kind = EventKind.PublishAnswered, Position = 100 + sequence, Durability = Durability.Synced, Request = request,
            });
        }
    }

    [Theory]
    [InlineData(EventKindOfReset, EventKindOfResetAnswer)]
    [InlineData(EventKindOfReplay, EventKindOfReplayAnswer)]
    public void Checker_passes_messages_that_come_again_by_a_command(int asks, int answers)
    {
        DoneThrice();
        Command((EventKind)asks, (EventKind)answers, 2, 2, ErrorCode.None);
        Done(2);
        Done(3);

        Assert.Empty(Check());
    }

    [Theory]
    [InlineData(EventKindOfReset, EventKindOfResetAnswer)]
    [InlineData(EventKindOfReplay, EventKindOfReplayAnswer)]
    public void Checker_finds_a_message_that_does_not_come_again_though_the_command_was_answered(int asks, int answers)
    {
        DoneThrice();
        Command((EventKind)asks, (EventKind)answers, 2, 2, ErrorCode.None);
        Done(2);

        Assert.Contains(ViolationKind.NotRepeated, Check());
    }

    [Theory]
    [InlineData(EventKindOfReset, EventKindOfResetAnswer)]
    [InlineData(EventKindOfReplay, EventKindOfReplayAnswer)]
    public void Checker_finds_a_message_before_the_range_that_comes_again(int asks, int answers)
    {
        DoneThrice();
        Command((EventKind)asks, (EventKind)answers, 2, 2, ErrorCode.None);
        Done(1);
        Done(2);
        Done(3);

        Assert.Equal([ViolationKind.AckedRedelivered, ViolationKind.AttemptNotRaised], Check());
    }

    [Fact]
    public void Checker_finds_a_message_behind_the_range_of_a_replay_that_comes_again()
    {
        DoneThrice();
        Command(EventKind.ReplaySent, EventKind.ReplayAnswered, 1, 2, ErrorCode.None);
        Done(1);
        Done(2);
        Done(3);

        Assert.Contains(ViolationKind.AckedRedelivered, Check());
    }

    [Fact]
    public void Checker_finds_a_message_that_a_replay_brings_twice()
    {
        DoneThrice();
        Command(EventKind.ReplaySent, EventKind.ReplayAnswered, 2, 1, ErrorCode.None);
        Done(2);
        Done(2);

        Assert.Contains(ViolationKind.AckedRedelivered, Check());
    }

    [Fact]
    public void Checker_finds_a_message_that_comes_to_another_group_than_that_of_the_replay()
    {
        _history.Add(new HistoryEvent { Kind = EventKind.GroupMade, Group = Other });
        DoneThrice();
        foreach (long offset in (long[])[1, 2, 3])
            Done(offset, Other);
        Command(EventKind.ReplaySent, EventKind.ReplayAnswered, 2, 1, ErrorCode.None);
        Done(2);
        Done(2, Other);

        Assert.Contains(ViolationKind.AckedRedelivered, Check());
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void Checker_asks_for_nothing_of_a_replay_that_was_refused_or_called_off(bool isRefused)
    {
        DoneThrice();
        Command(EventKind.ReplaySent, EventKind.ReplayAnswered, 2, 2, isRefused ? ErrorCode.ReplayRunning : ErrorCode.None);
        if (!isRefused)
            _history.Add(new HistoryEvent { Kind = EventKind.ReplayCancelSent, Group = Group });

        Assert.Empty(Check());
    }

    [Fact]
    public void Checker_lets_a_reset_leave_out_what_is_before_its_place_and_nothing_else()
    {
        Done(1);
        Command(EventKind.ResetSent, EventKind.ResetAnswered, 3, 0, ErrorCode.None);
        Deliver(2);
        Deliver(3);

        Assert.Equal([ViolationKind.LostForGroup], Check());
    }

    [Theory]
    [InlineData(true, false)]
    [InlineData(false, true)]
    public void Checker_finds_a_rejected_message_that_is_no_dead_letter_unless_a_reset_behind_it_crossed_that(bool crosses, bool isBroken)
    {
        foreach (long offset in (long[])[1, 3])
            Done(offset);
        Deliver(2);
        var reject = new HistoryEvent
        {
            Kind = EventKind.SettleSent, Connection = 1, Group = Group, Offset = 2, Verb = SettleVerb.Reject, Attempt = 1, Epoch = 1,
        };
        int request = _history.Add(reject);
        if (crosses)
            Command(EventKind.ResetSent, EventKind.ResetAnswered, 4, 0, ErrorCode.None);
        _history.Add(reject with { Kind = EventKind.SettleAnswered, Request = request });

        Assert.Equal(isBroken, Check().Contains(ViolationKind.DeadLetterMissing));
    }

    [Theory]
    [InlineData(false, true)]
    [InlineData(true, false)]
    public void Checker_finds_a_handle_that_is_not_known_any_more_unless_its_queue_was_to_be_deleted(bool isDeleted, bool isBroken)
    {
        Deliver(1);
        var ack = new HistoryEvent
        {
            Kind = EventKind.SettleSent, Connection = 1, Group = Group, Offset = 1, Verb = SettleVerb.Ack, Attempt = 1, Epoch = 1,
        };
        int request = _history.Add(ack);
        if (isDeleted)
            _history.Add(new HistoryEvent { Kind = EventKind.DeleteSent, Group = Queue });
        _history.Add(ack with { Kind = EventKind.SettleAnswered, Request = request, Error = ErrorCode.HandleInvalid });

        Assert.Equal(isBroken, Check().Contains(ViolationKind.WronglyRefused));
    }

    [Theory]
    [InlineData(true, false, true)]
    [InlineData(false, false, false)]
    [InlineData(true, true, false)]
    public void Checker_finds_a_message_that_answers_a_pull_of_a_paused_group(bool pullsAfter, bool isResumed, bool isBroken)
    {
        int pull = pullsAfter ? 0 : Pull();
        _history.Add(new HistoryEvent { Kind = EventKind.PauseSent, Group = Group });
        _history.Add(new HistoryEvent { Kind = EventKind.PauseAnswered, Group = Group });
        if (isResumed)
            _history.Add(new HistoryEvent { Kind = EventKind.UnpauseSent, Group = Group });
        Deliver(1, pull: pullsAfter ? Pull() : pull);

        Assert.Equal(isBroken, HistoryChecker.Check(_history.Events, isDrained: false).Any(found => found.Kind == ViolationKind.PausedDelivered));
    }

    private const int EventKindOfReset = (int)EventKind.ResetSent;
    private const int EventKindOfResetAnswer = (int)EventKind.ResetAnswered;
    private const int EventKindOfReplay = (int)EventKind.ReplaySent;
    private const int EventKindOfReplayAnswer = (int)EventKind.ReplayAnswered;

    private List<ViolationKind> Check() => [.. HistoryChecker.Check(_history.Events).Select(violation => violation.Kind)];

    private void DoneThrice()
    {
        foreach (long offset in (long[])[1, 2, 3])
            Done(offset);
    }

    private int Pull() => _history.Add(new HistoryEvent { Kind = EventKind.PullSent, Group = Group, Connection = 1 });

    private void Command(EventKind asks, EventKind answers, long first, int count, ErrorCode answer)
    {
        var sent = new HistoryEvent { Kind = asks, Group = Group, Offset = first, Count = asks == EventKind.ResetSent ? 0 : count };
        int request = _history.Add(sent);
        _history.Add(sent with { Kind = answers, Request = request, Error = answer });
    }

    private void Deliver(long offset, GroupKey? group = null, int pull = 0) => _history.Add(new HistoryEvent
    {
        Kind = EventKind.Delivered, Connection = 1, Group = group ?? Group, Offset = offset, Message = new MessageKey(1, (ulong)offset),
        Position = 100 + (ulong)offset, Attempt = 1, Epoch = 1, Request = pull, Text = $"{offset}",
    });

    private void Done(long offset, GroupKey? group = null)
    {
        Deliver(offset, group);
        var sent = new HistoryEvent
        {
            Kind = EventKind.SettleSent, Connection = 1, Group = group ?? Group, Offset = offset, Verb = SettleVerb.Ack, Attempt = 1, Epoch = 1,
        };
        int request = _history.Add(sent);
        _history.Add(sent with { Kind = EventKind.SettleAnswered, Request = request });
    }
}
