using System.Text;
using Forewave.Bench.Peers.Workloads;

namespace Forewave.Bench.Peers.Reports;

/// <summary>The tables for people.</summary>
internal static class MarkdownReport
{
    public static string Render(Report report)
    {
        var text = new StringBuilder();
        text.AppendLine($"{report.Date:yyyy-MM-dd}, {report.Machine}; medians of {report.Options.Rounds}, broker and client on the same machine.");
        text.AppendLine();
        foreach (var peer in report.Peers)
        {
            text.AppendLine($"- **{peer.Title}** {peer.Version}: {peer.Durability}");
        }

        Table(text, report, "messages per second", Speed, _ => true);
        Table(text, report, "latency in ms: p50 / p99 / p999", LatencyOf, workload => workload.Shape is not (WorkloadShape.DrainAckEach or WorkloadShape.DrainAckUpTo));
        Table(text, report, "messages per CPU second: broker / client", Cpu, _ => true);
        Table(text, report, "broker's peak RSS in MB", median => $"{median.BrokerPeakRssMegabytes:F0}", _ => true);
        Troubles(text, report);
        return text.ToString();
    }

    private static void Table(StringBuilder text, Report report, string figure, Func<Median, string> show, Func<Workload, bool> belongs)
    {
        text.AppendLine();
        text.AppendLine($"| {figure} | {string.Join(" | ", report.Peers.Select(peer => peer.Title))} |");
        text.AppendLine($"|---|{string.Concat(report.Peers.Select(_ => "---:|"))}");
        foreach (var workload in report.Workloads.Where(belongs))
        {
            var cells = report.Peers.Select(peer => report.MedianOf(workload, peer) is { } median ? show(median) : "–");
            text.AppendLine($"| {workload.Title} | {string.Join(" | ", cells)} |");
        }
    }

    // An empty list is worth a sentence: it is what the check found.
    private static void Troubles(StringBuilder text, Report report)
    {
        text.AppendLine();
        var troubles = report.Runs.Where(run => run.Error is not null || run.Outcome is { IsWhole: false }).ToList();
        if (troubles.Count == 0)
        {
            text.AppendLine("Every message of every run arrived, and arrived once.");
        }

        troubles.ForEach(run => text.AppendLine($"- {run.ToLine().Split('\n')[0]}"));
    }

    private static string Speed(Median median) => $"{median.MessagesPerSecond:N0}";

    private static string LatencyOf(Median median) =>
        median.LatencyMs is { } ms ? $"{ms.P50:0.00} / {ms.P99:0.00} / {ms.P999:0.00}" : "–";

    private static string Cpu(Median median) => $"{median.MessagesPerBrokerCpuSecond:N0} / {median.MessagesPerClientCpuSecond:N0}";
}
