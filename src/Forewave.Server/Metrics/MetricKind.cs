namespace Forewave.Server.Metrics;

/// <summary>What a metric's values mean.</summary>
internal enum MetricKind
{
    /// <summary>Goes up and down.</summary>
    Gauge,

    /// <summary>Only rises.</summary>
    Counter,

    /// <summary>A distribution.</summary>
    Histogram,
}
