using System.Runtime.CompilerServices;
using Forewave.Client.Routing;
using Forewave.Coordination.ZooKeeper;
using Forewave.Protocol;
using Forewave.Protocol.Routes;

namespace Forewave.Client.ZooKeeper;

/// <summary>
/// Tells a client the routes of its cluster from ZooKeeper: it finds the brokers without the address of one, and hears of a change of master as
/// soon as ZooKeeper says it. Thread-safe; costs a session with ZooKeeper for as long as a client watches.
/// <code>
/// await using ForewaveClient client = new(new ForewaveClientOptions { Routes = new ZooKeeperRoutes("zk://zk1:2181,zk2:2181/forewave") });
/// </code>
/// or, for every server string that begins with <c>zk://</c>: <see cref="Register"/>, once.
/// </summary>
public sealed class ZooKeeperRoutes : IRouteSource
{
    private const string Scheme = "zk";
    private const string Prefix = $"{Scheme}://";
    private readonly ZooKeeperOptions _options;

    /// <param name="server"><c>zk://host:port[,host:port…][/path]</c>, the path that the brokers have.</param>
    /// <exception cref="ArgumentException">It names no server.</exception>
    public ZooKeeperRoutes(string server)
        : this(OptionsOf(server))
    {
    }

    /// <summary>With a session of these options.</summary>
    public ZooKeeperRoutes(ZooKeeperOptions options)
    {
        ArgumentNullException.ThrowIfNull(options);
        _options = options;
    }

    /// <summary>From now on clients of this process take server strings that begin with <c>zk://</c>. Calling it again does nothing.</summary>
    public static void Register() => RouteSources.Register(Scheme, static server => new ZooKeeperRoutes(server));

    /// <inheritdoc/>
    /// <exception cref="ForewaveException"><c>CoordinationUnreachable</c>, <c>CoordinationExpired</c>, <c>NativeLibraryMissing</c>.</exception>
    public async IAsyncEnumerable<RouteTable> WatchAsync([EnumeratorCancellation] CancellationToken cancellation)
    {
        ZooKeeperSession session = await ZooKeeperSession.OpenAsync(_options, cancellation).ConfigureAwait(false);
        await using (session.ConfigureAwait(false))
        {
            await foreach (RouteTable table in session.WatchRoutesAsync(cancellation).ConfigureAwait(false))
            {
                yield return table;
            }
        }
    }

    private static ZooKeeperOptions OptionsOf(string server)
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(server);
        string servers = server.StartsWith(Prefix, StringComparison.Ordinal) ? server[Prefix.Length..] : server;
        return servers.Length > 0 && servers[0] != '/'
            ? new ZooKeeperOptions { Servers = servers }
            : throw new ArgumentException($"'{server}' names no server of ZooKeeper: zk://host:port[,host:port…][/path]", nameof(server));
    }
}
