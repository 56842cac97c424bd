using Forewave.Bench.Peers.Measurement;
using Forewave.Bench.Peers.Peers;

namespace Forewave.Bench.Peers.Reports;

/// <summary>The median of each figure by itself, over the rounds.</summary>
internal sealed record Median
{
    public required double MessagesPerSecond { get; init; }

    public Latency? LatencyMs { get; init; }

    public required double BrokerCpuSeconds { get; init; }

    public required double ClientCpuSeconds { get; init; }

    public required double MessagesPerBrokerCpuSecond { get; init; }

    public required double MessagesPerClientCpuSecond { get; init; }

    public required double BrokerPeakRssMegabytes { get; init; }

    /// <summary>Null for no outcome.</summary>
    public static Median? Of(IReadOnlyList<Outcome> outcomes) => outcomes.Count == 0 ? null : new Median
    {
        MessagesPerSecond = Middle(outcomes, outcome => outcome.MessagesPerSecond),
        LatencyMs = outcomes.All(outcome => outcome.LatencyMs is not null) ? LatencyOf(outcomes) : null,
        BrokerCpuSeconds = Middle(outcomes, outcome => outcome.BrokerCpuSeconds),
        ClientCpuSeconds = Middle(outcomes, outcome => outcome.ClientCpuSeconds),
        MessagesPerBrokerCpuSecond = Middle(outcomes, outcome => outcome.Messages / Math.Max(0.01, outcome.BrokerCpuSeconds)),
        MessagesPerClientCpuSecond = Middle(outcomes, outcome => outcome.Messages / Math.Max(0.01, outcome.ClientCpuSeconds)),
        BrokerPeakRssMegabytes = Middle(outcomes, outcome => outcome.BrokerPeakRssMegabytes),
    };

    private static Latency LatencyOf(IReadOnlyList<Outcome> outcomes) => new()
    {
        P50 = Middle(outcomes, outcome => outcome.LatencyMs!.Value.P50),
        P99 = Middle(outcomes, outcome => outcome.LatencyMs!.Value.P99),
        P999 = Middle(outcomes, outcome => outcome.LatencyMs!.Value.P999),
        Max = Middle(outcomes, outcome => outcome.LatencyMs!.Value.Max),
    };

    private static double Middle(IReadOnlyList<Outcome> outcomes, Func<Outcome, double> figure)
    {
        var sorted = outcomes.Select(figure).Order().ToList();
        return (sorted[(sorted.Count - 1) / 2] + sorted[sorted.Count / 2]) / 2;
    }
}
