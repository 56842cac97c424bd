using System.Net;
using System.Net.Sockets;

namespace Forewave.Client.Connections;

/// <summary>TCP, used asynchronously only: a blocking call on such a socket would spin a core.</summary>
internal sealed class SocketTransport : IWireTransport
{
    private readonly Socket _socket;

    private SocketTransport(Socket socket) => _socket = socket;

    public static async ValueTask<IWireTransport> ConnectAsync(EndPoint endpoint, CancellationToken cancellation)
    {
        Socket socket = new(SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        try
        {
            await socket.ConnectAsync(endpoint, cancellation).ConfigureAwait(false);
            return new SocketTransport(socket);
        }
        catch
        {
            socket.Dispose();
            throw;
        }
    }

    public ValueTask<int> ReceiveAsync(Memory<byte> destination, CancellationToken cancellation) =>
        _socket.ReceiveAsync(destination, SocketFlags.None, cancellation);

    public async ValueTask SendAsync(ReadOnlyMemory<byte> bytes, CancellationToken cancellation)
    {
        while (!bytes.IsEmpty)
        {
            bytes = bytes[await _socket.SendAsync(bytes, SocketFlags.None, cancellation).ConfigureAwait(false)..];
        }
    }

    public ValueTask DisposeAsync()
    {
        _socket.Dispose();
        return default;
    }
}
