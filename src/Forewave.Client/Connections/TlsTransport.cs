using System.Net;
using System.Net.Security;
using System.Net.Sockets;
using System.Security.Authentication;
using Forewave.Protocol;

namespace Forewave.Client.Connections;

/// <summary>TLS over TCP. A receive and a send may be under way at the same time, no two of the same kind.</summary>
internal sealed class TlsTransport : IWireTransport
{
    private readonly SslStream _stream;

    private TlsTransport(SslStream stream) => _stream = stream;

    /// <exception cref="ForewaveException"><c>TlsFailed</c>: the other side has no TLS, or its certificate is not trusted or not of this name.</exception>
    public static async ValueTask<IWireTransport> ConnectAsync(EndPoint endpoint, ForewaveTls tls, CancellationToken cancellation)
    {
        SslClientAuthenticationOptions options = tls.OptionsFor(endpoint);
        Socket socket = new(SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        SslStream? stream = null;
        try
        {
            await socket.ConnectAsync(endpoint, cancellation).ConfigureAwait(false);
            stream = new SslStream(new NetworkStream(socket, ownsSocket: true));
            await stream.AuthenticateAsClientAsync(options, cancellation).ConfigureAwait(false);
            return new TlsTransport(stream);
        }
        catch (Exception failure)
        {
            socket.Dispose();
            if (stream is not null)
            {
                await stream.DisposeAsync().ConfigureAwait(false);
            }

            if (failure is AuthenticationException or IOException && stream is not null)
            {
                throw new ForewaveException(ErrorCode.TlsFailed, $"TLS with {options.TargetHost} failed: {(failure.InnerException ?? failure).Message.TrimEnd('.')}.", failure);
            }

            throw;
        }
    }

    public ValueTask<int> ReceiveAsync(Memory<byte> destination, CancellationToken cancellation) => _stream.ReadAsync(destination, cancellation);

    public ValueTask SendAsync(ReadOnlyMemory<byte> bytes, CancellationToken cancellation) => _stream.WriteAsync(bytes, cancellation);

    public ValueTask DisposeAsync() => _stream.DisposeAsync();
}
