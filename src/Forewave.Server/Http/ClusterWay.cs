using System.IO.Pipelines;
using System.Net;
using System.Runtime.CompilerServices;
using Forewave.Client;
using Forewave.Client.Connections;
using Forewave.Client.Routing;
using Forewave.Coordination.Routes;
using Forewave.Protocol;
using Forewave.Protocol.Routes;
using Forewave.Server.Listeners;

namespace Forewave.Server.Http;

/// <summary>
/// The way of HTTP from a broker of a cluster to all partitions: to its own, while it is served here, within the process, to the others by TCP. The
/// routes are those that the broker itself knows. Thread-safe.
/// </summary>
internal sealed class ClusterWay : IRouteSource
{
    private readonly IClusterView _view;
    private readonly MemoryConnections _connections;
    private readonly PartitionDoor _door;
    private readonly Func<string?> _own;

    /// <param name="view">What the broker knows of the cluster.</param>
    /// <param name="connections">Connections within the process.</param>
    /// <param name="door">Whether the partition is served here.</param>
    /// <param name="own">The address under which the broker announces itself; null: it is not known yet, or it has none.</param>
    public ClusterWay(IClusterView view, MemoryConnections connections, PartitionDoor door, Func<string?> own) =>
        (_view, _connections, _door, _own) = (view, connections, door, own);

    /// <summary>The broker's partition.</summary>
    public required PartitionNumber Home { get; init; }

    /// <summary>A file with the token by which other brokers let this one in; null: it comes as nobody.</summary>
    public string? TokenFile { get; init; }

    /// <summary>How other brokers are spoken to; null: without TLS.</summary>
    public ForewaveTls? Tls { get; init; }

    /// <summary>The routes as they are known.</summary>
    public RouteTable Routes => _view.Routes;

    /// <summary>The options of clients that go this way.</summary>
    public ForewaveClientOptions Over(ForewaveClientOptions options) => options with
    {
        Connector = null, Routes = this, Network = ConnectAsync, Tls = Tls, Credentials = TokenFile is null ? null : ForewaveCredentials.TokenFile(TokenFile),
    };

    /// <inheritdoc/>
    public async IAsyncEnumerable<RouteTable> WatchAsync([EnumeratorCancellation] CancellationToken cancellation)
    {
        while (true)
        {
            var table = _view.Routes;
            yield return table;
            await _view.ChangedAsync(table.Version, cancellation);
        }
    }

    private ValueTask<IDuplexPipe?> ConnectAsync(EndPoint place, CancellationToken cancellation)
    {
        bool isOwn = _door.Engine is not null && ServerAddress.TryParse(_own() ?? "", out var own) && own.Equals(place);
        return new ValueTask<IDuplexPipe?>(isOwn ? _connections.ConnectHost() : null);
    }
}
