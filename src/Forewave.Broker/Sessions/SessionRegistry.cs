using System.Collections.Concurrent;
using Forewave.Broker.Quotas;
using Forewave.Protocol;

namespace Forewave.Broker.Sessions;

/// <summary>
/// All sessions, bounded in number: clients by <see cref="MaxConnections"/>, which may be lowered while the broker runs, so that operators, who
/// would set it back, and the host itself are not counted there; and all that come from outside by what there may be since the start, and a few.
/// Thread-safe.
/// </summary>
internal sealed class SessionRegistry
{
    // Places beyond those of the start, for operators: clients are refused with their hello.
    private const int KeptForOperators = 16;
    private readonly ConcurrentDictionary<long, Session> _sessions = new();
    private readonly int _mostFromOutside;
    private volatile int _maxConnections;
    private TaskCompletionSource? _allEnded;
    private int _count;
    private int _fromOutside;
    private int _clients;
    private long _lastId;

    public SessionRegistry(int maxConnections) => (_maxConnections, _mostFromOutside) = (maxConnections, maxConnections + KeptForOperators);

    /// <summary>How many clients there may be. Those that are there stay. Any thread.</summary>
    public int MaxConnections
    {
        get => _maxConnections;
        set => _maxConnections = value;
    }

    /// <summary>How many there are of each SDK.</summary>
    public SdkCounts Sdks { get; } = new();

    /// <summary>How many users have.</summary>
    public UserConnections Users { get; } = new();

    /// <summary>How many there are.</summary>
    public int Count => Volatile.Read(ref _count);

    /// <summary>Sessions whose peers do not read.</summary>
    public int Congested => _sessions.Values.Count(session => session.Output.IsCongested);

    /// <summary>All of them.</summary>
    public ICollection<Session> All => _sessions.Values;

    /// <summary>A number for a connection.</summary>
    public long NextId() => Interlocked.Increment(ref _lastId);

    /// <summary>Takes a session in; false when there are as many as there may be, whoever it is.</summary>
    public bool TryAdd(Session session)
    {
        if (!session.Origin.IsOfHost && Interlocked.Increment(ref _fromOutside) > _mostFromOutside)
        {
            Interlocked.Decrement(ref _fromOutside);
            return false;
        }
        Interlocked.Increment(ref _count);
        _sessions[session.Id] = session;
        return true;
    }

    /// <summary>Counts a session that was taken in as a client's, once; false when there are as many as there may be.</summary>
    public bool TryCountClient(Session session)
    {
        if (Interlocked.Increment(ref _clients) > _maxConnections)
        {
            Interlocked.Decrement(ref _clients);
            return false;
        }
        session.IsCountedClient = true;
        return true;
    }

    /// <summary>The session has ended.</summary>
    public void Remove(Session session)
    {
        if (session.Sdk is { } sdk)
            Sdks.Leave(sdk);
        if (session.CountedUser is { } user)
            Users.Leave(user);
        if (session.IsCountedClient)
            Interlocked.Decrement(ref _clients);
        if (!_sessions.TryRemove(session.Id, out _))
            return;
        if (!session.Origin.IsOfHost)
            Interlocked.Decrement(ref _fromOutside);
        if (Interlocked.Decrement(ref _count) == 0)
            Volatile.Read(ref _allEnded)?.TrySetResult();
    }

    /// <summary>Completes when there is no session left; for a broker that takes no new ones.</summary>
    public Task AllEndedAsync()
    {
        var ended = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        Volatile.Write(ref _allEnded, ended);
        Interlocked.MemoryBarrier();
        if (Count == 0)
            ended.TrySetResult();
        return ended.Task;
    }

    /// <summary>One beat of all: an idle, dead or silent peer costs no timer of its own.</summary>
    public void Beat(long now)
    {
        foreach (var (_, session) in _sessions)
            session.Beat(now);
    }

    /// <summary>Tells all peers that their connections are about to be closed.</summary>
    public void SendGoAway(TimeSpan grace)
    {
        foreach (var (_, session) in _sessions)
            session.SendGoAway(ErrorCode.ShuttingDown, grace);
    }

    /// <summary>Closes all.</summary>
    public void CloseAll(ErrorCode code)
    {
        foreach (var (_, session) in _sessions)
            session.Close(code);
    }
}
