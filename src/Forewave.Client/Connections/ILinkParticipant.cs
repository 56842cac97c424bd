using Forewave.Protocol;

namespace Forewave.Client.Connections;

/// <summary>A producer or consumer that lives through reconnects. One call at a time, on the thread pool.</summary>
internal interface ILinkParticipant
{
    /// <summary>There is a new connection: make yourself known on it. What it throws is logged; the connection stays.</summary>
    ValueTask ConnectedAsync(Connection connection, CancellationToken cancellation);

    /// <summary>The connection has ended; a new one will come.</summary>
    void Disconnected(ForewaveException reason);
}
