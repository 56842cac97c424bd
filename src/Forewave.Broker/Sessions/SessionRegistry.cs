using System.Collections.Concurrent;
using Forewave.Broker.Quotas;
using Forewave.Protocol;

namespace Forewave.Broker.Sessions;

/// <summary>All sessions, bounded in number. Thread-safe.</summary>
internal sealed class SessionRegistry
{
    private readonly ConcurrentDictionary<long, Session> _sessions = new();
    private volatile int _maxConnections;
    private TaskCompletionSource? _allEnded;
    private int _count;
    private long _lastId;

    public SessionRegistry(int maxConnections) => _maxConnections = maxConnections;

    /// <summary>How many there may be. Those that are there stay. Any thread.</summary>
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

    /// <summary>Takes a session in; false when there are as many as there may be.</summary>
    public bool TryAdd(Session session)
    {
        if (Interlocked.Increment(ref _count) > _maxConnections)
        {
            Interlocked.Decrement(ref _count);
            return false;
        }
        _sessions[session.Id] = session;
        return true;
    }

    /// <summary>The session has ended.</summary>
    public void Remove(Session session)
    {
        if (session.Sdk is { } sdk)
            Sdks.Leave(sdk);
        if (session.CountedUser is { } user)
            Users.Leave(user);
        if (_sessions.TryRemove(session.Id, out _) && Interlocked.Decrement(ref _count) == 0)
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
