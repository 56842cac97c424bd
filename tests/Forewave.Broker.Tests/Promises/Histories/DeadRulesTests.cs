using Forewave.Protocol;

namespace Forewave.Broker.Tests.Promises.Histories;

/// <summary>Histories of dead letters that are redriven, purged and taken back: good ones pass, what is planted into them is found.</summary>
public sealed class DeadRulesTests
{
    private static readonly GroupKey Queue = GroupKey.OfQueue("q1");
    private static readonly GroupKey Group = Queue.Of("g1");

    private readonly History _history = new(new Fakes.MovedTime());

    public DeadRulesTests()
    {
        _history.Add(new HistoryEvent { Kind = EventKind.LifeBegan });
        _history.Add(new HistoryEvent { Kind = EventKind.QueueMade, Group = Queue, Text = "synced" });
        _history.Add(new HistoryEvent { Kind = EventKind.GroupMade, Group = Group });
        var sent = new HistoryEvent { Kind = EventKind.PublishSent, Group = Queue, Message = new MessageKey(1, 1), Text = "1" };
        int request = _history.Add(sent);
        _history.Add(sent with { Kind = EventKind.PublishAnswered, Position = 101, Durability = Durability.Synced, Request = request });
        Deliver();
        Settle(SettleVerb.Reject);
    }

    [Fact]
    public void Checker_passes_a_redrive_that_comes_and_one_that_is_taken_back()
    {
        Note(EventKind.RedriveSent, EventKind.RedriveAnswered);
        Deliver(isRedriven: true);
        Settle(SettleVerb.Reject);
        Note(EventKind.RedriveSent, EventKind.RedriveAnswered, EventKind.UndoSent, EventKind.UndoAnswered);
        List();

        Assert.Empty(Check());
    }

    [Theory]
    [InlineData(true, 1, 1)]
    [InlineData(true, 2, 1)]
    [InlineData(true, 2, 2)]
    [InlineData(true, 3, 2)]
    [InlineData(false, 1, 1)]
    public void Checker_lets_a_redrive_come_once_beside_a_reset(bool isReset, int times, int redrives)
    {
        for (int i = 0; i < redrives; i++)
            Note(EventKind.RedriveSent, EventKind.RedriveAnswered);
        if (isReset)
            Note(EventKind.ResetSent);
        Deliver();
        Settle(SettleVerb.Ack);
        for (int i = 0; i < times; i++)
        {
            Deliver(isRedriven: true);
            Settle(SettleVerb.Ack);
        }

        Assert.Equal(isReset && times <= redrives ? [] : [ViolationKind.AckedRedelivered], Check());
    }

    [Fact]
    public void Checker_passes_a_purge_and_one_that_is_taken_back()
    {
        Note(EventKind.DeadPurgeSent, EventKind.DeadPurgeAnswered);
        Assert.Empty(Check());

        Note(EventKind.UndoSent, EventKind.UndoAnswered);
        List();
        Assert.Empty(Check());
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void Checker_finds_a_message_that_comes_although_its_redrive_was_taken_back(bool isAnswered)
    {
        Note(EventKind.RedriveSent, EventKind.RedriveAnswered, EventKind.UndoSent);
        if (isAnswered)
            Note(EventKind.UndoAnswered);
        Deliver(isRedriven: true);
        Settle(SettleVerb.Reject);
        List();

        Assert.Equal(isAnswered ? [ViolationKind.TakenBackDelivered] : [], Check());
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void Checker_lets_what_was_taken_back_come_when_it_is_redriven_again(bool isRedriven)
    {
        Note(EventKind.RedriveSent, EventKind.RedriveAnswered, EventKind.UndoSent, EventKind.UndoAnswered);
        if (isRedriven)
            Note(EventKind.RedriveSent, EventKind.RedriveAnswered);
        Deliver(isRedriven: true);
        Settle(SettleVerb.Reject);
        List();

        Assert.Equal(!isRedriven, Check().Contains(ViolationKind.TakenBackDelivered));
    }

    [Theory]
    [InlineData("redrive", true)]
    [InlineData("redrive", false)]
    [InlineData("purge", true)]
    [InlineData("purge", false)]
    public void Checker_finds_what_was_taken_back_and_is_no_dead_letter(string what, bool isAnswered)
    {
        if (what == "redrive")
            Note(EventKind.RedriveSent, EventKind.RedriveAnswered, EventKind.UndoSent);
        else
            Note(EventKind.DeadPurgeSent, EventKind.DeadPurgeAnswered, EventKind.UndoSent);
        if (isAnswered)
            Note(EventKind.UndoAnswered);

        Assert.Equal(isAnswered, Check().Contains(ViolationKind.TakenBackLost));
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void Checker_finds_a_purged_dead_letter_that_is_there(bool isAnswered)
    {
        Note(EventKind.DeadPurgeSent);
        if (isAnswered)
            Note(EventKind.DeadPurgeAnswered);
        List();

        Assert.Equal(isAnswered ? [ViolationKind.DeadPurgedListed] : [], Check());
    }

    [Theory]
    [InlineData(true, true)]
    [InlineData(true, false)]
    [InlineData(false, true)]
    public void Checker_lets_a_purged_message_die_anew_when_it_came_by_a_reset(bool isReset, bool comes)
    {
        Note(EventKind.DeadPurgeSent, EventKind.DeadPurgeAnswered);
        if (isReset)
            Note(EventKind.ResetSent);
        if (comes)
        {
            Deliver();
            Settle(SettleVerb.Reject);
        }
        List();

        Assert.Equal(!isReset || !comes, Check().Contains(ViolationKind.DeadPurgedListed));
    }

    [Fact]
    public void Checker_finds_a_purged_message_that_comes_again()
    {
        Note(EventKind.DeadPurgeSent, EventKind.DeadPurgeAnswered);
        Crash();
        Deliver(isRedriven: true);

        Assert.Contains(ViolationKind.DeadRedelivered, Check());
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void Checker_finds_a_redrive_that_did_not_go_on_after_a_crash(bool isAnswered)
    {
        Note(EventKind.RedriveSent);
        if (isAnswered)
            Note(EventKind.RedriveAnswered);
        Crash();
        List();

        Assert.Equal(isAnswered ? [ViolationKind.LostForGroup] : [], Check());
    }

    private ViolationKind[] Check() => [.. HistoryChecker.Check(_history.Events).Select(violation => violation.Kind)];

    private void Crash() => _history.Add(new HistoryEvent { Kind = EventKind.LifeBegan });

    private void Note(params EventKind[] kinds)
    {
        foreach (var kind in kinds)
            _history.Add(new HistoryEvent { Kind = kind, Group = Group, Offset = 1 });
    }

    private void List() => _history.Add(new HistoryEvent
    {
        Kind = EventKind.DeadListed, Group = Group, Offset = 1, Message = new MessageKey(1, 1), Position = 101, Text = "1", Reason = "because",
    });

    private void Deliver(bool isRedriven = false) => _history.Add(new HistoryEvent
    {
        Kind = EventKind.Delivered, Connection = 1, Group = Group, Offset = 1, Message = new MessageKey(1, 1), Position = 101, Attempt = 1,
        Text = "1", IsRedriven = isRedriven,
    });

    private void Settle(SettleVerb verb)
    {
        int request = _history.Add(new HistoryEvent
        {
            Kind = EventKind.SettleSent, Connection = 1, Group = Group, Offset = 1, Verb = verb, Attempt = 1, Reason = "because",
        });
        _history.Add(new HistoryEvent { Kind = EventKind.SettleAnswered, Connection = 1, Group = Group, Offset = 1, Request = request });
    }
}
