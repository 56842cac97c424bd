namespace Forewave.Server.Metrics;

/// <summary>How metrics are written for who collects them.</summary>
internal enum ExpositionFormat
{
    /// <summary>Prometheus' text format 0.0.4, which every collector reads.</summary>
    PrometheusText,

    /// <summary>OpenMetrics 1.0.0: the same with units, and an end by which it is known to be whole.</summary>
    OpenMetrics,
}
