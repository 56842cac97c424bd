using Forewave.Broker.Tests.Fakes;
using Forewave.Coordination;
using Forewave.Coordination.Members;

namespace Forewave.Broker.Tests.Coordination.Members;

/// <summary>
/// Two nodes, each a broker with a clock and a database, and the coordination service, with what was answered. A seed says what
/// happens in which order; all of it on the thread of the test.
/// </summary>
internal sealed class MemberWorld
{
    private const int MostUnanswered = 4;
    private const int FaultsInSteps = 150;
    private const int MendsInSteps = 60;
    private const int LongestWay = 6_000;

    private readonly Random _random;
    private readonly MovedTime[] _times = [new(), new()];
    private readonly FakeMember?[] _members = new FakeMember?[2];
    private readonly List<string> _trace = [];
    private readonly HashSet<int> _answered = [];
    private int _messages;
    private int _runs;
    private int? _gone;
    private int? _isolated;
    private FakeServing? _highest;

    public MemberWorld(int seed, MemberFault fault)
    {
        _random = new Random(seed);
        Fault = fault;
        Group = new FakeGroup(fault, _random);
        Databases = [new(fault), new(fault)];
        Start(0);
        Start(1);
    }

    public MemberFault Fault { get; }

    public FakeGroup Group { get; }

    public FakeDatabase[] Databases { get; }

    public bool[] IsReachable { get; } = [true, true];

    public bool NodesTalk { get; private set; } = true;

    /// <summary>How long what a slave does not receive waits: now and then too long, so that patience ends at any moment at which it may.</summary>
    public TimeSpan SilentFor => _random.Next(NodesTalk ? 8 : 2) == 0 ? TimeSpan.FromSeconds(5) : TimeSpan.FromMilliseconds(1);

    /// <summary>The run that the record names; empty: none.</summary>
    public string SlaveRun => Group.Record?.Record.SlaveRun() ?? "";

    /// <summary>The first thing that must not be; null: nothing.</summary>
    public string? Violation { get; private set; }

    public int AnsweredCount => _answered.Count;

    public int TookOver { get; private set; }

    public IEnumerable<string> Happened => _trace;

    public static string Name(int node) => node == 0 ? "A" : "B";

    public string NextRun() => $"run-{++_runs}";

    public void Trace(string text) => _trace.Add(text);

    public void Broken(string what)
    {
        Violation ??= what;
        Trace($"BROKEN: {what}");
    }

    public void Serves(FakeServing serving)
    {
        if (_highest is not null && serving.Epoch <= _highest.Epoch)
            Broken($"epoch {serving.Epoch} is served after {_highest.Epoch}");
        if (_highest is not null && _highest.Member.Node != serving.Member.Node)
            TookOver++;
        _highest = serving;
        Trace($"{serving.Member.Name} serves under epoch {serving.Epoch}");
        CheckRows();
    }

    public void Answered(Row row, FakeServing by)
    {
        _answered.Add(row.Message);
        Trace($"{by.Member.Name} answers {row.Message}");
        CheckRows();
    }

    /// <summary>Runs so many steps with faults; ends where something must not be.</summary>
    public void Run(int steps)
    {
        for (int i = 0; i < steps && Violation is null; i++)
        {
            if (_random.Next(FaultsInSteps) == 0)
                Break(NodeToBreak());
            else if (_random.Next(MendsInSteps) == 0)
                Mend(_random.Next(2));
            else
                Step();
        }
    }

    /// <summary>After all is mended somebody serves, answers, and has a slave in sync.</summary>
    public void RunMended()
    {
        Trace("all is mended");
        MendAll();
        int before = AnsweredCount;
        RunUntil(() => AnsweredCount > before && IsSafe(), "nothing is broken, and nobody answers with a slave in sync");
    }

    /// <summary>With a slave in sync the other one's node goes for good: it takes over, and answers.</summary>
    public void RunWithoutMaster()
    {
        if (Violation is not null)
            return;
        int master = Group.Record!.Record.Master == Name(0) ? 0 : 1;
        _gone = master;
        Kill(master);
        Databases[master].Stop();
        int before = AnsweredCount;
        RunUntil(() => Serving(1 - master) is not null && AnsweredCount > before, $"the node of {Name(master)} is gone, and the slave in sync does not answer");
    }

    /// <summary>Ends both processes.</summary>
    public void End()
    {
        foreach (var member in _members)
            member?.Kill();
    }

    private void RunUntil(Func<bool> isReached, string otherwise)
    {
        for (int i = 0; i < LongestWay && Violation is null && !isReached(); i++)
            Step();
        if (Violation is null && !isReached())
            Broken(otherwise);
    }

    // The record names the run of the slave, and nothing is under way that takes it out, nor a process that was started since and has yet to.
    private bool IsSafe() =>
        Group.Record is { } there && (there.Record.Master == Name(0) ? 1 : 0) is var slave && SlaveRun.Length > 0 && SlaveRun == Databases[slave].Run
        && _members[slave]?.State == MemberState.Slave
        && Group.Orphans.Count == 0 && !Group.Of(0).Concat(Group.Of(1)).Any(session => session.Set is not null);

    /// <summary>What was answered is in the database of whoever served under the highest epoch.</summary>
    private void CheckRows()
    {
        var there = Databases[_highest!.Member.Node].Rows.Select(row => row.Message).ToHashSet();
        foreach (int message in _answered.Where(message => !there.Contains(message)))
            Broken($"message {message} was answered, and {_highest.Member.Name}, master under epoch {_highest.Epoch}, does not have it");
    }

    private FakeServing? Serving(int node) => _members[node]?.Serving;

    private bool IsFrozen(int node) => _members[node]?.IsFrozen ?? false;

    private void Step()
    {
        int node = _random.Next(2);
        switch (_random.Next(24))
        {
            case < 3:
                if (!IsFrozen(node))
                    _times[node].Move(TimeSpan.FromMilliseconds(_random.Next(50, 1_000)));
                break;
            case < 5:
                if (!IsFrozen(node) && Databases[node].Works && Serving(node) is { Unanswered.Count: < MostUnanswered } serving)
                    serving.Commit(++_messages);
                break;
            case < 10:
                if (NodesTalk)
                    Databases[node].Receive(Databases[1 - node]);
                break;
            case 10:
                if (Databases[node] is { IsReceiving: true, Works: true })
                    Databases[node].ApplyOne();
                break;
            case < 13:
                if (!IsFrozen(node))
                    Serving(node)?.Answer();
                break;
            case < 17:
                Progress(node);
                break;
            case < 21:
                Deliver(node);
                break;
            case 21:
                Databases[node].Notice();
                break;
            case 22:
                GiveUp(node);
                break;
            default:
                Hear(node);
                break;
        }
    }

    /// <summary>What a member waits for from its database is done, or answered.</summary>
    private void Progress(int node)
    {
        if (_members[node] is not { IsFrozen: false, Steps: [var step, ..] } member)
            return;
        if (step.IsDone)
        {
            Trace($"{Name(node)}: {step.What} is answered");
            member.Answer(step);
        }
        else if (Databases[node].Works)
        {
            step.Do();
        }
        else if (_random.Next(6) == 0)
        {
            member.TimeOut(step);
        }
    }

    /// <summary>Something that was sent to the service arrives, or its reply does.</summary>
    private void Deliver(int node)
    {
        if (Group.Orphans.Count > 0 && _random.Next(8) == 0)
        {
            var late = Group.Orphans[0];
            Group.Orphans.RemoveAt(0);
            Trace($"a set arrives late, or never: {_random.Next(2) == 0 && Group.Decide(late)}");
            return;
        }
        if (Group.Of(node).FirstOrDefault(session => session.Set is not null && !session.IsExpired) is not { } session)
            return;
        if (_isolated == node)
        {
            _isolated = null;
            Reach(node, isReachable: false);
        }
        else if (session.Set!.IsDone is null)
            session.Decide();
        else if (session.IsConnected && !session.Member.IsFrozen)
            session.Reply();
    }

    /// <summary>What does not work is given up: a session that nobody hears of, a store without a database.</summary>
    private void GiveUp(int node)
    {
        foreach (var session in Group.Of(node).Where(session => !session.IsConnected && !session.IsExpired))
        {
            Trace($"a session of {Name(node)} expires");
            session.Expire();
        }
        if (!Databases[node].Works && !IsFrozen(node) && Serving(node) is { } serving)
        {
            Trace($"{Name(node)} gives up on its database");
            serving.Fail();
        }
    }

    /// <summary>A process hears of its service again, if it can.</summary>
    private void Hear(int node)
    {
        if (IsFrozen(node))
            return;
        _members[node]?.Open(IsReachable[node]);
        if (!IsReachable[node])
            return;
        foreach (var session in Group.Of(node).Where(session => !session.IsAbandoned && !session.IsConnected))
            session.Connect();
    }

    private int NodeToBreak() =>
        Group.Record is { } there && _random.Next(2) == 0 ? (there.Record.Master == Name(0) ? 0 : 1) : _random.Next(2);

    private void Break(int node)
    {
        switch (_random.Next(14))
        {
            case 0 or 1:
                Reach(node, isReachable: false);
                break;
            case 12 or 13:
                // Cut off from everybody, at a moment at which it has a set under way: the one that tells most.
                NodesTalk = false;
                _isolated = node;
                break;
            case 2 or 3:
                Kill(node);
                break;
            case 4:
                StopDatabase(node);
                break;
            case 5:
                Kill(node);
                StopDatabase(node);
                break;
            case 6:
                Freeze(node);
                break;
            case 7:
                Freeze(node);
                FreezeDatabase(node);
                break;
            case 8:
                Trace($"database {Name(node)} or its receiver is started again");
                StopDatabase(node);
                Databases[node].Start();
                break;
            case 9:
                Databases[node].RestartReceiver();
                break;
            case 10:
                NodesTalk = false;
                Trace("the nodes are cut off from each other");
                break;
            default:
                if (!IsFrozen(node))
                    Serving(node)?.Fail();
                break;
        }
    }

    /// <summary>Something of a node that is broken is mended.</summary>
    private void Mend(int node)
    {
        switch (_random.Next(5))
        {
            case 0:
                Start(node);
                break;
            case 1:
                StartDatabase(node);
                break;
            case 2:
                Thaw(node);
                break;
            case 3:
                Reach(node, isReachable: true);
                break;
            default:
                NodesTalk = true;
                break;
        }
    }

    private void MendAll()
    {
        (NodesTalk, _isolated) = (true, null);
        for (int node = 0; node < 2; node++)
        {
            StartDatabase(node);
            Reach(node, isReachable: true);
            Thaw(node);
            Start(node);
            Hear(node);
        }
    }

    private void Start(int node)
    {
        if (_members[node] is not null || node == _gone)
            return;
        Trace($"{Name(node)} is started");
        _members[node] = new FakeMember(this, node, _times[node]);
    }

    private void Kill(int node)
    {
        if (_members[node] is not { } member)
            return;
        Trace($"{Name(node)} is killed");
        // Its sessions are heard of no more; they expire later.
        foreach (var session in Group.Of(node))
            session.Abandon();
        foreach (var step in member.Steps.Where(step => !step.IsDone && Databases[node].Works && _random.Next(2) == 0).ToList())
            step.Do();
        member.Kill();
        _members[node] = null;
    }

    private void Freeze(int node)
    {
        if (_members[node] is not { IsFrozen: false } member)
            return;
        Trace($"{Name(node)} freezes");
        member.IsFrozen = true;
        foreach (var session in Group.Of(node))
            session.Disconnect();
    }

    private void Thaw(int node)
    {
        Databases[node].IsFrozen = false;
        if (_members[node] is not { IsFrozen: true } member)
            return;
        Trace($"{Name(node)} thaws");
        member.IsFrozen = false;
        _times[node].Move(TimeSpan.FromSeconds(_random.Next(1, 20)));
    }

    private void FreezeDatabase(int node)
    {
        Databases[node].IsFrozen = Databases[node].IsUp;
        Trace($"database {Name(node)} freezes");
    }

    private void StopDatabase(int node)
    {
        Trace($"database {Name(node)} is killed");
        Databases[node].Stop();
    }

    private void StartDatabase(int node)
    {
        if (Databases[node].IsUp || node == _gone)
            return;
        Trace($"database {Name(node)} is started");
        Databases[node].Start();
    }

    private void Reach(int node, bool isReachable)
    {
        if (IsReachable[node] == isReachable)
            return;
        IsReachable[node] = isReachable;
        Trace($"{Name(node)} {(isReachable ? "reaches" : "does not reach")} the service");
        if (isReachable)
            return;
        foreach (var session in Group.Of(node))
            session.Disconnect();
    }
}
