using System.Net;
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
        var (host, isRemote) = PeerAddress.Of(((connection.RemoteEndPoint as IPEndPoint)?.Address, (connection.LocalEndPoint as IPEndPoint)?.Address));
        SessionOrigin origin = new() { Listener = "tcp", Peer = connection.RemoteEndPoint?.ToString() ?? "", Host = host, IsRemote = isRemote };
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
