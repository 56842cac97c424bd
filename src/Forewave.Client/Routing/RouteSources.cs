using System.Collections.Concurrent;
using Forewave.Protocol;

namespace Forewave.Client.Routing;

/// <summary>
/// Where the routes of server strings with a scheme of their own come from: a package that has one says so once, in the beginning of a program
/// (<c>ZooKeeperRoutes.Register()</c> of Forewave.Client.ZooKeeper for <c>zk://</c>). Thread-safe.
/// </summary>
public static class RouteSources
{
    private const string SchemeEnd = "://";
    private static readonly ConcurrentDictionary<string, Func<string, IRouteSource>> Known = new(StringComparer.Ordinal);

    /// <summary>Servers that begin with a scheme are asked for routes by what this makes; the last word counts.</summary>
    /// <param name="scheme">As <c>zk</c>.</param>
    /// <param name="make">Gets the whole string; throws <see cref="ArgumentException"/> where it names no servers.</param>
    public static void Register(string scheme, Func<string, IRouteSource> make)
    {
        ArgumentException.ThrowIfNullOrEmpty(scheme);
        ArgumentNullException.ThrowIfNull(make);
        Known[scheme] = make;
    }

    // Null: the brokers themselves tell them.
    internal static IRouteSource? Of(ForewaveClientOptions options)
    {
        if (options.Routes is { } given)
        {
            return given;
        }

        int end = options.Server.IndexOf(SchemeEnd, StringComparison.Ordinal);
        string scheme = end < 0 ? "" : options.Server[..end];
        if (Known.TryGetValue(scheme, out Func<string, IRouteSource>? make))
        {
            return make(options.Server);
        }

        return scheme is "zk"
            ? throw new ForewaveException(
                ErrorCode.CapabilityMissing, "zk:// addresses need the package Forewave.Client.ZooKeeper: call ZooKeeperRoutes.Register() in the beginning, or give host:port or dns://name:port.")
            : null;
    }
}
