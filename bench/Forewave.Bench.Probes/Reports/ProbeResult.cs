using Forewave.Bench.Probes.Measurement;

namespace Forewave.Bench.Probes.Reports;

/// <summary>All rounds of one probe, or why there are none.</summary>
internal sealed class ProbeResult
{
    public required string Probe { get; init; }

    public List<IReadOnlyList<Figure>> Rounds { get; } = [];

    public string? Refusal { get; set; }

    public IEnumerable<FigureSpread> Spreads =>
        Rounds.SelectMany(round => round).GroupBy(figure => figure.Name, figure => figure.Value).Select(FigureSpread.Of);
}
