namespace Forewave.Broker.Sessions;

/// <summary>Where a connection comes from, for operators.</summary>
public readonly record struct SessionOrigin
{
    /// <summary>On this host, or none.</summary>
    public SessionOrigin()
    {
    }

    /// <summary>The listener's name: "tcp", "memory".</summary>
    public required string Listener { get; init; }

    /// <summary>The peer's address; empty where it has none.</summary>
    public required string Peer { get; init; }

    /// <summary>The peer's host, without its port: failed log-ins are counted for it. Empty where it has none.</summary>
    public string Host { get; init; } = "";

    /// <summary>The peer is on another host, or may be.</summary>
    public bool IsRemote { get; init; }

    /// <summary>The peer is the host itself, which tells of what it does for others: the audit log need not hear of it here.</summary>
    public bool IsOfHost { get; init; }

    /// <summary>The peer lives in this process: its end is seen at once, and nobody waits for its signs of life.</summary>
    public bool IsInProcess { get; init; }
}
