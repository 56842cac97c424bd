using System.IO.Pipelines;
using System.Net;
using Forewave.Client.Routing;
using Forewave.Protocol;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;

namespace Forewave.Client;

/// <summary>How a <see cref="ForewaveClient"/> finds its brokers and treats them. Immutable.</summary>
public sealed record ForewaveClientOptions
{
    /// <summary>
    /// <c>host:port[,host:port…]</c> or <c>dns://name:port</c>, tried in turn: one broker that runs is enough, it tells where the others of its
    /// cluster are. Or <c>zk://host:port[,…]/path</c>, with Forewave.Client.ZooKeeper. Default <c>127.0.0.1:7600</c>.
    /// </summary>
    public string Server { get; init; } = $"127.0.0.1:{Limits.DefaultPort}";

    /// <summary>
    /// Tells where the partitions of the cluster are served; then <see cref="Server"/> is not used. Default: null, the brokers at
    /// <see cref="Server"/> tell it themselves.
    /// </summary>
    public IRouteSource? Routes { get; init; }

    /// <summary>
    /// In a cluster of several partitions: administrative requests go to this one alone. Needed for those with offsets, which mean another
    /// message at each. Default: null, all.
    /// </summary>
    public PartitionNumber? Partition { get; init; }

    /// <summary>The client's name as operators see it; at most 64 bytes. Default: the program's name.</summary>
    public string Name { get; init; } = AppDomain.CurrentDomain.FriendlyName;

    /// <summary>
    /// The client is for administration alone: a broker that is drained lets it in, and leaves it. It neither publishes nor consumes while that
    /// goes on. Default: no.
    /// </summary>
    public bool ForOperators { get; init; }

    /// <summary>Who the client is, where the broker has users. Default: null, it does not say.</summary>
    public ForewaveCredentials? Credentials { get; init; }

    /// <summary>TLS towards all brokers. Default: null, none: what is sent can be read on the way, secrets too.</summary>
    public ForewaveTls? Tls { get; init; }

    /// <summary>How long one attempt to connect and say hello may take. Default 5 s.</summary>
    public TimeSpan ConnectTimeout { get; init; } = TimeSpan.FromSeconds(5);

    /// <summary>How long a call waits for its answer when it is given no cancellation that comes earlier. Default 30 s.</summary>
    public TimeSpan RequestTimeout { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>First pause before connecting again; doubled up to <see cref="MaxReconnectDelay"/>, with jitter. Default 50 ms.</summary>
    public TimeSpan ReconnectDelay { get; init; } = TimeSpan.FromMilliseconds(50);

    /// <summary>Longest pause before connecting again. Default 2 s.</summary>
    public TimeSpan MaxReconnectDelay { get; init; } = TimeSpan.FromSeconds(2);

    /// <summary>The clock. Default: the system's.</summary>
    public TimeProvider TimeProvider { get; init; } = TimeProvider.System;

    /// <summary>Where the client logs. Default: nowhere.</summary>
    public ILoggerFactory LoggerFactory { get; init; } = NullLoggerFactory.Instance;

    /// <summary>
    /// Reaches a broker otherwise than by TCP, for example one in the same process; then <see cref="Server"/> is not used.
    /// </summary>
    public Func<CancellationToken, ValueTask<IDuplexPipe>>? Connector { get; init; }

    /// <summary>Reaches the broker at an address otherwise than by TCP; null: by TCP. For a broker itself, and for tests of several.</summary>
    internal Func<EndPoint, CancellationToken, ValueTask<IDuplexPipe?>>? Network { get; init; }
}
