using Forewave.Broker.Sessions;
using Microsoft.AspNetCore.Connections;
using Microsoft.Extensions.Logging;

namespace Forewave.Server.Listeners;

/// <summary>
/// Hands a connection that Kestrel took to the engine. No HTTP is near it. A peer that was given up is reset, so that nothing
/// waits for bytes that it will never read.
/// </summary>
internal sealed class WireConnectionHandler(HostParts parts) : ConnectionHandler
{
    private readonly ILogger _logger = parts.Loggers.CreateLogger("Forewave.Server");

    public override async Task OnConnectedAsync(ConnectionContext connection)
    {
        SessionOrigin origin = new() { Listener = "tcp", Peer = connection.RemoteEndPoint?.ToString() ?? "" };
        try
        {
            if (await parts.Door.RunSessionAsync(connection.Transport, origin, parts.End) == SessionEnd.Abort)
                connection.Abort();
        }
        catch (Exception fault)
        {
            // A session answers for its own faults; what comes here is ours, and must not reach Kestrel's loops.
            ServerLog.ConnectionFaulted(_logger, origin.Peer, fault);
            connection.Abort();
        }
    }
}
