namespace Forewave.Bench.Peers.Workloads;

/// <summary>The most messages of one producer that are sent and not answered.</summary>
internal readonly record struct InFlightLimit(int Messages);
