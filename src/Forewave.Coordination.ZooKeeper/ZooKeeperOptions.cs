namespace Forewave.Coordination.ZooKeeper;

/// <summary>Where ZooKeeper is, and how long a session outlives its client.</summary>
public sealed record ZooKeeperOptions
{
    /// <summary>The shortest session that makes sense: servers with a tickTime of 500 ms give no shorter one.</summary>
    public static readonly TimeSpan ShortestSession = TimeSpan.FromSeconds(1);

    /// <summary>The longest.</summary>
    public static readonly TimeSpan LongestSession = TimeSpan.FromMinutes(1);

    private readonly TimeSpan _sessionTimeout = TimeSpan.FromSeconds(4);

    /// <summary>The servers as <c>host:port[,host:port…][/path]</c>; the path, under which all nodes lie, has to be there.</summary>
    public required string Servers { get; init; }

    /// <summary>
    /// How long the service keeps a session without a sign of life: 1 s to 60 s, 4 s unless told. Servers bound it to 2 to 20 times
    /// their tickTime. A crash is noticed after this time, and a pause of the process or the network as long as this looks like one.
    /// </summary>
    /// <exception cref="ArgumentOutOfRangeException">It is shorter or longer.</exception>
    public TimeSpan SessionTimeout
    {
        get => _sessionTimeout;
        init
        {
            ArgumentOutOfRangeException.ThrowIfLessThan(value, ShortestSession);
            ArgumentOutOfRangeException.ThrowIfGreaterThan(value, LongestSession);
            _sessionTimeout = value;
        }
    }

    /// <summary>How long opening waits for the first server that answers: 10 s unless told.</summary>
    public TimeSpan OpenTimeout { get; init; } = TimeSpan.FromSeconds(10);

    /// <summary>The clock of <see cref="OpenTimeout"/>. The session's own time is the client library's and the servers'.</summary>
    public TimeProvider Time { get; init; } = TimeProvider.System;
}
