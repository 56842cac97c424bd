using Forewave.Protocol.Routes;

namespace Forewave.Client.Routing;

/// <summary>Tells a client where the partitions of its cluster are served, instead of the brokers themselves. Thread-safe.</summary>
public interface IRouteSource
{
    /// <summary>
    /// Tells the table and each change of it until it is cancelled; called again, after a pause, when it ends or throws. It is not called
    /// twice at the same time by one client.
    /// </summary>
    IAsyncEnumerable<RouteTable> WatchAsync(CancellationToken cancellation);
}
