using System.Diagnostics.Metrics;

namespace Forewave.Server.Metrics;

/// <summary>
/// The values of one instrument, one for each set of tags. Sets of tags are closed (names of errors, loops), so their number is
/// small; should one not be, those beyond <see cref="MaxTagSets"/> are counted together. Thread-safe by a lock.
/// </summary>
internal sealed class InstrumentSeries
{
    private const int MaxTagSets = 1_000;
    private static readonly double[] DefaultBounds = [0.0001, 0.001, 0.01, 0.1, 1, 10];

    private readonly Lock _gate = new();
    private readonly Dictionary<MetricLabels, MetricValue> _values = [];
    private readonly double[] _bounds;
    private readonly bool _isObservable;
    private readonly bool _isSum;

    public InstrumentSeries(Instrument instrument)
    {
        Family = MetricFamily.Of(instrument);
        _isObservable = instrument.IsObservable;
        // A synchronous up-down counter is a gauge that is told its changes.
        _isSum = !_isObservable && !instrument.GetType().Name.StartsWith("Gauge", StringComparison.Ordinal);
        _bounds = Family.Kind != MetricKind.Histogram ? [] : BoundsOf(instrument);
    }

    /// <summary>Name, kind and help.</summary>
    public MetricFamily Family { get; }

    /// <summary>What is observed replaces what was observed before: tags that are gone leave no value behind.</summary>
    public void BeginCollection()
    {
        if (!_isObservable)
            return;
        lock (_gate)
            _values.Clear();
    }

    /// <summary>A measurement came.</summary>
    public void Record(double value, ReadOnlySpan<KeyValuePair<string, object?>> tags)
    {
        var labels = MetricLabels.Of(tags);
        lock (_gate)
        {
            if (_values.Count >= MaxTagSets && !_values.ContainsKey(labels))
                labels = MetricLabels.Others;
            if (!_values.TryGetValue(labels, out var series))
                _values.Add(labels, series = new MetricValue(_bounds));
            if (_isSum)
                series.Add(value);
            else
                series.Set(value);
        }
    }

    /// <summary>Writes all values; nothing where there are none.</summary>
    public void WriteTo(PrometheusWriter writer)
    {
        lock (_gate)
        {
            if (_values.Count == 0)
                return;
            writer.WriteFamily(Family);
            foreach (var (labels, value) in _values.OrderBy(pair => pair.Key.Text, StringComparer.Ordinal))
                value.WriteTo(writer, Family, labels);
        }
    }

    private static double[] BoundsOf(Instrument instrument) => instrument switch
    {
        Histogram<double> { Advice.HistogramBucketBoundaries: { } bounds } => [.. bounds],
        Histogram<long> { Advice.HistogramBucketBoundaries: { } bounds } => [.. bounds],
        _ => DefaultBounds,
    };
}
