namespace Forewave.Bench.Probes.Measurement;

/// <summary>One number of one round.</summary>
internal readonly record struct Figure(FigureName Name, double Value);
