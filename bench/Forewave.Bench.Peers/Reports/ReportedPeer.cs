namespace Forewave.Bench.Peers.Reports;

internal sealed record ReportedPeer
{
    public required string Name { get; init; }

    public required string Title { get; init; }

    public required string Version { get; init; }

    public required string Durability { get; init; }
}
