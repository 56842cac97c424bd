namespace Forewave.Bench.Peers.Nats;

/// <summary>What a server sends.</summary>
internal enum NatsFrameKind
{
    Message,
    Ping,
    Pong,
    Error,

    /// <summary>INFO or +OK: nothing to do.</summary>
    Other,
}
