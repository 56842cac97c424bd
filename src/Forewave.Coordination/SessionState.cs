namespace Forewave.Coordination;

/// <summary>Whether a session is alive, as far as this side knows.</summary>
public enum SessionState
{
    /// <summary>A server is connected: what this broker announced is there.</summary>
    Connected,

    /// <summary>No server is connected. The session lives on, or has expired already; who has it cannot tell.</summary>
    Disconnected,

    /// <summary>The session is over, and with it all that was announced through it. Open another one.</summary>
    Expired,
}
