namespace Forewave.Broker.Sessions;

/// <summary>Where a connection comes from, for operators.</summary>
public readonly record struct SessionOrigin
{
    /// <summary>The listener's name: "tcp", "memory".</summary>
    public required string Listener { get; init; }

    /// <summary>The peer's address; empty where it has none.</summary>
    public required string Peer { get; init; }

    /// <summary>The peer lives in this process: its end is seen at once, and nobody waits for its signs of life.</summary>
    public bool IsInProcess { get; init; }
}
