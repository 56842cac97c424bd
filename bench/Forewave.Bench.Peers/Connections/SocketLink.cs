using System.Net;
using System.Net.Sockets;

namespace Forewave.Bench.Peers.Connections;

/// <summary>A TCP connection to the loopback with one receive buffer; asynchronous calls only.</summary>
/// <remarks>
/// One receiver; any number of senders, whose writes never mix. What <see cref="Unread"/> shows stays valid until the next receive.
/// A blocking call on a socket that was ever used asynchronously would make its event loop spin: there is none here.
/// </remarks>
internal sealed class SocketLink : IDisposable
{
    private const int FirstBufferBytes = 1 << 20;
    private readonly Socket _socket;
    private readonly SemaphoreSlim _sendTurn = new(1);
    private byte[] _buffer = new byte[FirstBufferBytes];
    private int _start;
    private int _end;

    private SocketLink(Socket socket) => _socket = socket;

    /// <summary>Received and not yet consumed.</summary>
    public ReadOnlySpan<byte> Unread => _buffer.AsSpan(_start, _end - _start);

    public static async Task<SocketLink> ConnectAsync(int port, CancellationToken cancellation)
    {
        var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        try
        {
            await socket.ConnectAsync(new IPEndPoint(IPAddress.Loopback, port), cancellation);
            return new SocketLink(socket);
        }
        catch
        {
            socket.Dispose();
            throw;
        }
    }

    /// <summary>Marks the first bytes of <see cref="Unread"/> as consumed.</summary>
    public void Consume(int bytes)
    {
        _start += bytes;
        if (_start == _end)
        {
            _start = _end = 0;
        }
    }

    /// <summary>Adds at least one byte to <see cref="Unread"/>, which moves. Throws when the broker has closed.</summary>
    public async ValueTask ReceiveAsync(CancellationToken cancellation)
    {
        MakeRoom();
        var received = await _socket.ReceiveAsync(_buffer.AsMemory(_end), cancellation);
        if (received == 0)
        {
            throw new EndOfStreamException("The broker closed the connection.");
        }

        _end += received;
    }

    /// <summary>Ends when all bytes were handed to the kernel.</summary>
    public async ValueTask SendAsync(ReadOnlyMemory<byte> bytes, CancellationToken cancellation)
    {
        await _sendTurn.WaitAsync(cancellation);
        try
        {
            while (!bytes.IsEmpty)
            {
                bytes = bytes[await _socket.SendAsync(bytes, cancellation)..];
            }
        }
        finally
        {
            _sendTurn.Release();
        }
    }

    /// <summary>Closes at once; a receive that waits ends with an error.</summary>
    public void Dispose() => _socket.Dispose();

    private void MakeRoom()
    {
        if (_buffer.Length - _end >= _buffer.Length / 4)
        {
            return;
        }

        var unread = _end - _start;
        var target = unread > _buffer.Length / 2 ? new byte[_buffer.Length * 2] : _buffer;
        _buffer.AsSpan(_start, unread).CopyTo(target);
        _buffer = target;
        _start = 0;
        _end = unread;
    }
}
