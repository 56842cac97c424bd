namespace Forewave.Broker.Sessions;

/// <summary>Where a connection comes from, for operators.</summary>
/// <param name="Listener">The listener's name: "tcp", "memory".</param>
/// <param name="Peer">The peer's address; empty where it has none.</param>
public readonly record struct SessionOrigin(string Listener, string Peer);
