using System.Diagnostics.CodeAnalysis;

namespace Forewave.Protocol.Routes;

/// <summary>Tables and maps as frames carry them, and back.</summary>
public static class RouteFrames
{
    /// <summary>A table for a frame.</summary>
    public static V1.Routes ToWire(this RouteTable table)
    {
        ArgumentNullException.ThrowIfNull(table);
        V1.Routes routes = new() { Version = table.Version };
        routes.Routes_.AddRange(table.Routes.Select(route => new V1.Route { Partition = route.Partition.Value, Address = route.Address, Epoch = route.Epoch.Value }));
        return routes;
    }

    /// <summary>The table of a frame; false: it holds what no table can.</summary>
    public static bool TryRead(V1.Routes? routes, out RouteTable table)
    {
        table = RouteTable.Empty;
        List<Route> read = [];
        foreach (V1.Route route in routes?.Routes_ ?? [])
        {
            if (route.Partition > ushort.MaxValue || !Epoch.TryFrom(route.Epoch, out Epoch epoch) || read.Exists(one => one.Partition.Value == route.Partition))
                return false;
            read.Add(new Route(new PartitionNumber((ushort)route.Partition), route.Address, epoch));
        }
        table = RouteTable.Of(read);
        return true;
    }

    /// <summary>A map for a frame.</summary>
    public static V1.SlotMap ToWire(this SlotMap map)
    {
        ArgumentNullException.ThrowIfNull(map);
        V1.SlotMap wire = new() { Version = map.Version };
        wire.Ranges.AddRange(map.Ranges.Select(range => new V1.SlotRange { First = (uint)range.First.Value, Count = (uint)range.Count, Partition = range.Partition.Value }));
        return wire;
    }

    /// <summary>The map of a frame; false: it leaves slots out, or names one twice.</summary>
    public static bool TryRead(V1.SlotMap? wire, [NotNullWhen(true)] out SlotMap? map)
    {
        map = null;
        return wire is not null
            && wire.Ranges.All(range => range.First < Limits.Slots && range.Count <= Limits.Slots && range.Partition <= ushort.MaxValue)
            && SlotMap.TryOf(
                wire.Version, wire.Ranges.Select(range => new SlotRange(new SlotNumber((int)range.First), (int)range.Count, new PartitionNumber((ushort)range.Partition))), out map);
    }
}
