namespace Forewave.Broker.Sessions;

/// <summary>How a session came to its end, for the host that owns the transport.</summary>
public enum SessionEnd
{
    /// <summary>What was written is to be sent, then the connection closed.</summary>
    Finished,

    /// <summary>The peer does not read or is gone: reset the connection, nothing is to be sent any more.</summary>
    Abort,
}
