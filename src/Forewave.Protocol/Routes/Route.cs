namespace Forewave.Protocol.Routes;

/// <summary>Where a partition is served.</summary>
/// <param name="Partition">Which.</param>
/// <param name="Address">Its master, as <c>host:port</c>; empty: nobody serves it at present.</param>
/// <param name="Epoch">The epoch of its record: of two routes of a partition the one with the higher epoch is the later one.</param>
public sealed record Route(PartitionNumber Partition, string Address, Epoch Epoch);
