using System.Collections.Concurrent;
using System.Globalization;
using Forewave.Coordination.ZooKeeper.Interop;
using Forewave.Coordination.ZooKeeper.Nodes;
using Forewave.Protocol;
using Forewave.Protocol.Routes;

namespace Forewave.Coordination.ZooKeeper.Routes;

/// <summary>
/// The routes of all partitions, followed: after the first look only what has changed is read again. For one loop; <see cref="Changed"/> is
/// called by the library's thread.
/// </summary>
internal sealed class RouteNodes(Func<string, bool, CancellationToken, Task<Reply?>> get, Func<string, CancellationToken, Task<Reply?>> children)
{
    private const string Servers = "/MQ/server/";
    private readonly ConcurrentDictionary<string, bool> _changed = new();
    private readonly Dictionary<PartitionNumber, Route> _routes = [];
    private volatile bool _isAllChanged = true;

    /// <summary>Notes a change of a node, or that any may have changed; whether a route may be another one.</summary>
    internal bool Changed(string? path)
    {
        if (path is null)
        {
            _isAllChanged = true;
            return true;
        }
        bool concerns = path.StartsWith(NodePaths.Groups, StringComparison.Ordinal) || path.StartsWith(Servers, StringComparison.Ordinal);
        if (concerns)
            _changed[path] = true;
        return concerns;
    }

    /// <summary>Reads what has changed; null: the connection was lost meanwhile.</summary>
    internal async Task<RouteTable?> ReadAsync(CancellationToken cancellation)
    {
        bool isAll = _isAllChanged;
        _isAllChanged = false;
        string[] changed = [.. _changed.Keys];
        foreach (string path in changed)
            _changed.TryRemove(path, out _);
        HashSet<PartitionNumber> partitions = [.. changed.Select(PartitionOf).OfType<PartitionNumber>()];
        if (isAll || changed.Contains(NodePaths.Groups))
        {
            if (await children(NodePaths.Groups, cancellation) is not { } groups)
                return Lost();
            partitions.UnionWith(groups.Names.Select(name => PartitionOf($"{NodePaths.Groups}/{name}")).OfType<PartitionNumber>().Where(one => isAll || !_routes.ContainsKey(one)));
        }
        Route?[] read = await Task.WhenAll(partitions.Select(partition => ReadAsync(partition, cancellation)));
        foreach (Route route in read.OfType<Route>())
            _routes[route.Partition] = route;
        return _isAllChanged ? null : RouteTable.Of(_routes.Values);
    }

    private RouteTable? Lost()
    {
        _isAllChanged = true;
        return null;
    }

    // Null: there is no record, or it cannot be read; or the connection was lost, which is noted.
    private async Task<Route?> ReadAsync(PartitionNumber partition, CancellationToken cancellation)
    {
        string group = NodePaths.Group(partition);
        string server = NodePaths.Server(partition, BrokerRole.Master);
        Reply? record = await get(group, true, cancellation);
        Reply? master = await get(server, true, cancellation);
        if (record is not { } r || master is not { } m)
        {
            Lost();
            return null;
        }
        if (r.Code != ReturnCode.Ok)
            return null;
        try
        {
            GroupRecord decides = NodeContent.ReadGroup(group, r.Content);
            BrokerAnnouncement? says = m.Code == ReturnCode.Ok ? NodeContent.ReadServer(server, m.Content) : null;
            return new Route(partition, says?.Broker == decides.Master ? says.Address : "", decides.Epoch);
        }
        catch (ForewaveException unreadable) when (unreadable.Code == ErrorCode.GroupRecordInvalid)
        {
            // Its own brokers say so; the others' routes are known all the same.
            return null;
        }
    }

    private static PartitionNumber? PartitionOf(string path)
    {
        string[] names = path.Split('/');
        bool hasNumber = names.Length > 3 && names[1] == "MQ" && names[2] is "group" or "server";
        return hasNumber && ushort.TryParse(names[3], NumberStyles.None, CultureInfo.InvariantCulture, out ushort number) ? new PartitionNumber(number) : null;
    }
}
