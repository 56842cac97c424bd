using Forewave.Bench.Peers.Connections;

namespace Forewave.Bench.Peers.Nats;

/// <summary>Opens a connection: INFO from the server, CONNECT and a PING from us, PONG.</summary>
internal static class NatsHandshake
{
    public static async Task<SocketLink> ConnectAsync(int port, CancellationToken cancellation)
    {
        var link = await SocketLink.ConnectAsync(port, cancellation);
        try
        {
            await link.SendAsync("CONNECT {\"verbose\":false,\"pedantic\":false,\"protocol\":1,\"lang\":\"bench\"}\r\nPING\r\n"u8.ToArray(), cancellation);
            while (!TakePong(link))
            {
                await link.ReceiveAsync(cancellation);
            }

            return link;
        }
        catch
        {
            link.Dispose();
            throw;
        }
    }

    private static bool TakePong(SocketLink link)
    {
        while (NatsFrame.TryRead(link.Unread, out var frame))
        {
            frame.ThrowIfError();
            link.Consume(frame.TotalBytes);
            if (frame.Kind == NatsFrameKind.Pong)
            {
                return true;
            }
        }

        return false;
    }
}
