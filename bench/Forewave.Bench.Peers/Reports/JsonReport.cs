using System.Text.Json;
using System.Text.Json.Serialization;

namespace Forewave.Bench.Peers.Reports;

/// <summary>The report with every round, and the medians.</summary>
internal static class JsonReport
{
    private static readonly JsonSerializerOptions Options = new(JsonSerializerDefaults.Web)
    {
        WriteIndented = true,
        DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
    };

    public static string Render(Report report) => JsonSerializer.Serialize(new
    {
        report.Date,
        report.Machine,
        report.Options.Rounds,
        report.Peers,
        Medians =
            from workload in report.Workloads
            from peer in report.Peers
            let median = report.MedianOf(workload, peer)
            where median is not null
            select new { Workload = workload.Name, Peer = peer.Name, Median = median },
        report.Runs,
    }, Options);
}
