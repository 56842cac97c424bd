using Forewave.Bench.Probes.Measurement;

namespace Forewave.Bench.Probes.Reports;

/// <summary>One figure over all rounds.</summary>
internal readonly record struct FigureSpread
{
    public required FigureName Name { get; init; }

    public required double Lowest { get; init; }

    public required double Median { get; init; }

    public required double Highest { get; init; }

    public static FigureSpread Of(IGrouping<FigureName, double> values)
    {
        var sorted = values.Order().ToList();
        var middle = (sorted[(sorted.Count - 1) / 2] + sorted[sorted.Count / 2]) / 2;
        return new FigureSpread { Name = values.Key, Lowest = sorted[0], Median = middle, Highest = sorted[^1] };
    }
}
