using System.Net;

namespace Forewave.Client.Connections;

/// <summary>Reaches a broker at an address.</summary>
internal static class Transports
{
    /// <summary>Connects; names are resolved now.</summary>
    public static async ValueTask<IWireTransport> ConnectAsync(EndPoint place, ForewaveClientOptions options, CancellationToken cancellation) =>
        options.Network is { } network && await network(place, cancellation).ConfigureAwait(false) is { } pipe
            ? new PipeTransport(pipe)
            : options.Tls is { } tls
                ? await TlsTransport.ConnectAsync(place, tls, cancellation).ConfigureAwait(false)
                : await SocketTransport.ConnectAsync(place, cancellation).ConfigureAwait(false);
}
