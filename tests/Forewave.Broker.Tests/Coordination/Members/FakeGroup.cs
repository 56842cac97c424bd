using Forewave.Coordination;

namespace Forewave.Broker.Tests.Coordination.Members;

/// <summary>
/// The coordination service of one partition, and what a test does to it. Nothing happens by itself: a set waits until it is let
/// through, and its reply too.
/// </summary>
internal sealed class FakeGroup(MemberFault fault, Random random)
{
    private readonly List<FakeSession> _sessions = [];

    /// <summary>Sets that were sent by sessions that are no more: they may be done still.</summary>
    public List<PendingSet> Orphans { get; } = [];

    public MemberFault Fault { get; } = fault;

    public VersionedGroup? Record { get; private set; }

    /// <summary>Who announces itself.</summary>
    public Dictionary<BrokerRole, (FakeSession By, BrokerAnnouncement Says)> Announced { get; } = [];

    public GroupView View => new()
    {
        Group = Record,
        Master = Announced.TryGetValue(BrokerRole.Master, out var master) ? master.Says : null,
        Slave = Announced.TryGetValue(BrokerRole.Slave, out var slave) ? slave.Says : null,
    };

    public FakeSession Open(FakeMember member)
    {
        var session = new FakeSession(this, member);
        _sessions.Add(session);
        return session;
    }

    /// <summary>The sessions of a node that a process has, or that have not expired.</summary>
    public IReadOnlyList<FakeSession> Of(int node) => [.. _sessions.Where(session => session.Member.Node == node)];

    /// <summary>A set is decided.</summary>
    public bool Decide(PendingSet set)
    {
        if (Record?.Version != set.Version && (Fault != MemberFault.VersionNotCompared || Record is null))
            return false;
        Record = new VersionedGroup(set.Wanted, (Record?.Version ?? -1) + 1);
        set.Version = Record.Version - 1;
        Tell();
        return true;
    }

    /// <summary>The service gives a session up: what it announced goes.</summary>
    public void Expire(FakeSession session)
    {
        foreach (var role in Announced.Where(pair => pair.Value.By == session).Select(pair => pair.Key).ToList())
            Announced.Remove(role);
        Tell();
    }

    /// <summary>Of a session that is over: whether the outcome of its set is told before its end.</summary>
    public bool IsReplyFirst() => Fault == MemberFault.UnknownTakenForDone || random.Next(2) == 0;

    /// <summary>Nobody has the session any more.</summary>
    public void Forget(FakeSession session) => _sessions.Remove(session);

    /// <summary>Everybody who watches and can be reached is told.</summary>
    public void Tell()
    {
        foreach (var session in _sessions.ToList())
            session.Tell();
    }
}
