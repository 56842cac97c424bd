using Forewave.Bench.Peers.Peers;
using Forewave.Bench.Peers.Workloads;

namespace Forewave.Bench.Peers.Reports;

/// <summary>Everything that one comparison found.</summary>
internal sealed record Report
{
    public required string Machine { get; init; }

    public required DateOnly Date { get; init; }

    public required RunOptions Options { get; init; }

    public required IReadOnlyList<ReportedPeer> Peers { get; init; }

    public required IReadOnlyList<Workload> Workloads { get; init; }

    public required IReadOnlyList<MeasuredRun> Runs { get; init; }

    /// <summary>False when a run failed or did not get every message exactly once.</summary>
    public bool IsWhole => Runs.All(run => run.Error is null && (run.Outcome?.IsWhole ?? true));

    /// <summary>Over the runs that were whole; null when there is none.</summary>
    public Median? MedianOf(Workload workload, ReportedPeer peer) => Median.Of(
        [.. Runs.Where(run => run.Workload == workload.Name && run.Peer == peer.Name).Select(run => run.Outcome).OfType<Outcome>().Where(outcome => outcome.IsWhole)]);
}
