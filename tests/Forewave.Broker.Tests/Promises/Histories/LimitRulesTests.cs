using Forewave.Protocol;

namespace Forewave.Broker.Tests.Promises.Histories;

/// <summary>Histories of groups with limits: good ones pass, what is planted into them is found.</summary>
public sealed class LimitRulesTests
{
    private static readonly GroupKey Group = GroupKey.OfQueue("q1").Of("g1");

    private readonly Fakes.MovedTime _time = new();
    private readonly History _history;

    public LimitRulesTests()
    {
        _history = new History(_time);
        _history.Add(new HistoryEvent { Kind = EventKind.LifeBegan });
    }

    [Theory]
    [InlineData(3, false)]
    [InlineData(4, true)]
    public void Checker_finds_more_messages_at_once_than_the_burst(int messages, bool isBroken)
    {
        Idle();
        Limit(rate: 0.001, burst: 3);
        Deliver(1, messages);

        Assert.Equal(isBroken, Check().Contains(ViolationKind.RateExceeded));
    }

    [Theory]
    [InlineData(6, 6, false)]
    [InlineData(6, 40, true)]
    public void Checker_finds_more_messages_than_the_rate_gives(int rounds, int inEach, bool isBroken)
    {
        Idle();
        Limit(rate: 2, burst: 5);
        for (int round = 0; round < rounds; round++)
        {
            Deliver(1 + round * inEach, inEach / 2);
            _time.Move(TimeSpan.FromSeconds(3));
            Deliver(1 + round * inEach + inEach / 2, inEach - inEach / 2);
        }

        Assert.Equal(isBroken, Check().Contains(ViolationKind.RateExceeded));
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void Checker_holds_nothing_against_a_limit_that_may_be_another(bool isChanged)
    {
        Idle();
        Limit(rate: 0.001, burst: 1);
        if (isChanged)
            _history.Add(new HistoryEvent { Kind = EventKind.LimitSent, Group = Group, Rate = 100, Burst = 100 });
        Deliver(1, 10);

        Assert.Equal(!isChanged, Check().Contains(ViolationKind.RateExceeded));
    }

    [Theory]
    [InlineData(SettleVerb.Ack, false)]
    [InlineData(SettleVerb.Nack, false)]
    [InlineData(SettleVerb.Unspecified, true)]
    public void Checker_finds_more_messages_out_than_may_be(SettleVerb verb, bool isBroken)
    {
        Idle();
        Limit(leases: 2);
        Deliver(1, 2);
        if (verb != SettleVerb.Unspecified)
            _history.Add(new HistoryEvent { Kind = EventKind.SettleSent, Connection = 1, Group = Group, Offset = 1, Verb = verb, Attempt = 1 });
        Deliver(3, 1);

        Assert.Equal(isBroken, Check().Contains(ViolationKind.TooManyLeased));
    }

    [Theory]
    [InlineData("leases end", false)]
    [InlineData("connection gives back", false)]
    [InlineData("restart", false)]
    [InlineData("nothing", true)]
    public void Checker_takes_a_message_for_free_when_its_lease_may_have_ended(string what, bool isBroken)
    {
        Idle();
        Limit(leases: 1);
        Deliver(1, 1);
        if (what == "leases end")
            _time.Move(TimeSpan.FromSeconds(30));
        if (what == "connection gives back")
            _history.Add(new HistoryEvent { Kind = EventKind.LeasesReleased, Connection = 1, Group = Group });
        if (what == "restart")
            _history.Add(new HistoryEvent { Kind = EventKind.LifeBegan });
        Deliver(2, 1);

        Assert.Equal(isBroken, Check().Contains(ViolationKind.TooManyLeased));
    }

    [Theory]
    [InlineData(true, false, false)]
    [InlineData(true, true, true)]
    [InlineData(false, false, false)]
    [InlineData(false, true, true)]
    public void Checker_takes_what_a_purge_or_a_reset_crossed_on_its_way_for_free(bool isPurge, bool isLongAgo, bool isBroken)
    {
        var group = isPurge ? GroupKey.OfQueue("q1") : Group;
        var (sent, answered) = isPurge ? (EventKind.PurgeSent, EventKind.PurgeAnswered) : (EventKind.ResetSent, EventKind.ResetAnswered);
        Idle();
        Limit(leases: 2);
        int request = _history.Add(new HistoryEvent { Kind = sent, Group = group, Offset = 9 });
        Deliver(1, 1);
        _history.Add(new HistoryEvent { Kind = answered, Group = group, Offset = 9, Request = request });
        if (isLongAgo)
            Idle();
        Deliver(10, 1);
        Deliver(11, 2);

        Assert.Equal(isBroken, Check().Contains(ViolationKind.TooManyLeased));
    }

    private IEnumerable<ViolationKind> Check() => HistoryChecker.Check(_history.Events, isDrained: false).Select(violation => violation.Kind);

    // What is read now was not handed out long ago.
    private void Idle()
    {
        for (int moves = 0; moves < 3; moves++)
        {
            _time.Move(TimeSpan.FromMilliseconds(10));
            _history.Add(new HistoryEvent { Kind = EventKind.PullSent, Group = Group, Connection = 1 });
        }
    }

    private void Limit(double rate = 0, int burst = 1, int leases = 0)
    {
        var sent = new HistoryEvent { Kind = EventKind.LimitSent, Group = Group, Rate = rate, Burst = burst, MaxLeased = leases };
        _history.Add(sent);
        _history.Add(sent with { Kind = EventKind.LimitAnswered });
    }

    private void Deliver(int first, int count)
    {
        for (int offset = first; offset < first + count; offset++)
        {
            _history.Add(new HistoryEvent
            {
                Kind = EventKind.Delivered, Connection = 1, Group = Group, Offset = offset, Message = new MessageKey(1, (ulong)offset),
                Position = 100 + (ulong)offset, Attempt = 1, Text = $"{offset}",
            });
        }
    }
}
