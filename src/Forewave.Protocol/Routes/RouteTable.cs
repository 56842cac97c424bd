using System.Collections.Immutable;
using System.Text;

namespace Forewave.Protocol.Routes;

/// <summary>
/// Where the partitions of a cluster are served. Immutable. A partition that is in it never leaves it; where two tables differ, the higher
/// epoch of each partition is right.
/// </summary>
public sealed class RouteTable
{
    private const ulong FnvStart = 14695981039346656037;
    private const ulong FnvPrime = 1099511628211;

    private RouteTable(ImmutableArray<Route> routes) => (Routes, Version) = (routes, Sum(routes));

    /// <summary>Of a broker that is in no cluster, or knows nothing yet.</summary>
    public static RouteTable Empty { get; } = new([]);

    /// <summary>The routes by partition, the lowest first; one for each.</summary>
    public ImmutableArray<Route> Routes { get; }

    /// <summary>A number that is another one for another table. To be compared for equality only; that of <see cref="Empty"/> is 0.</summary>
    public ulong Version { get; }

    /// <summary>No partition is in it.</summary>
    public bool IsEmpty => Routes.IsEmpty;

    /// <summary>A table of these routes, in any order.</summary>
    /// <exception cref="ArgumentException">A partition is in it twice.</exception>
    public static RouteTable Of(IEnumerable<Route> routes)
    {
        ImmutableArray<Route> sorted = [.. routes.OrderBy(route => route.Partition)];
        for (int i = 1; i < sorted.Length; i++)
        {
            if (sorted[i].Partition == sorted[i - 1].Partition)
                throw new ArgumentException($"partition {sorted[i].Partition} has two routes", nameof(routes));
        }
        return sorted.IsEmpty ? Empty : new RouteTable(sorted);
    }

    /// <summary>The route of a partition; null: it is not in the table.</summary>
    public Route? Find(PartitionNumber partition)
    {
        int low = 0;
        for (int high = Routes.Length - 1; low <= high;)
        {
            int middle = (low + high) / 2;
            int order = Routes[middle].Partition.CompareTo(partition);
            if (order == 0)
                return Routes[middle];
            (low, high) = order < 0 ? (middle + 1, high) : (low, middle - 1);
        }
        return null;
    }

    /// <summary>
    /// This table with what another one knows better: partitions that are new, higher epochs, and the address of a master of which this one
    /// had none. So tables from several brokers, of which some are late, never lead back.
    /// </summary>
    public RouteTable With(RouteTable other)
    {
        Dictionary<PartitionNumber, Route> routes = Routes.ToDictionary(route => route.Partition);
        foreach (Route route in other.Routes)
        {
            if (!routes.TryGetValue(route.Partition, out Route? known) || IsBetter(route, known))
                routes[route.Partition] = route;
        }
        RouteTable merged = Of(routes.Values);
        return merged.Version == Version ? this : merged;
    }

    // A new master that has no address yet is no place to go to: until it announces itself the old one may as well be asked.
    private static bool IsBetter(Route route, Route known) =>
        route.Address.Length > 0 && (route.Epoch > known.Epoch || known.Address.Length == 0 || (route.Epoch == known.Epoch && route.Address != known.Address));

    private static ulong Sum(ImmutableArray<Route> routes)
    {
        ulong sum = FnvStart;
        foreach (Route route in routes)
        {
            foreach (byte part in Encoding.UTF8.GetBytes($"{route.Partition} {route.Epoch} {route.Address}\n"))
                sum = (sum ^ part) * FnvPrime;
        }
        return routes.IsEmpty ? 0 : Math.Max(sum, 1);
    }
}
