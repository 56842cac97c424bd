using Forewave.Bench.Peers.Peers;

namespace Forewave.Bench.Peers.Reports;

/// <summary>One run of one workload on one peer.</summary>
internal sealed record MeasuredRun
{
    public required string Peer { get; init; }

    public required string Workload { get; init; }

    /// <summary>From 1.</summary>
    public int Round { get; init; }

    /// <summary>Null when the run failed, or the peer has no such thing.</summary>
    public Outcome? Outcome { get; init; }

    public string? Error { get; init; }

    /// <summary>For the progress on standard error.</summary>
    public string ToLine()
    {
        var what = $"round {Round} {Workload,-12} {Peer,-16}";
        if (Outcome is not { } outcome)
        {
            return $"{what} {Error ?? "has no such thing"}";
        }

        var latency = outcome.LatencyMs is { } ms ? $"p50 {ms.P50:F3} p99 {ms.P99:F3} p999 {ms.P999:F3} ms" : "";
        var loss = outcome.IsWhole ? "" : $" LOST {outcome.Lost} DUPLICATES {outcome.Duplicates} DAMAGED {outcome.Damaged} UNSETTLED {outcome.Unsettled}";
        return $"{what} {outcome.MessagesPerSecond,10:N0}/s  cpu {outcome.BrokerCpuSeconds:F2}+{outcome.ClientCpuSeconds:F2} s of {outcome.Seconds:F2}  rss {outcome.BrokerPeakRssMegabytes:F0} MB  {latency}{loss}";
    }
}
