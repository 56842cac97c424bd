using System.Diagnostics.Metrics;

namespace Forewave.Server.Metrics;

/// <summary>
/// The values of one instrument, one for each set of tags. Sets of tags are closed (names of errors, loops) or bounded by who counts
/// (single queues and groups); should one not be, those beyond a bound are counted together. Thread-safe by a lock.
/// </summary>
internal sealed class InstrumentSeries
{
    private const int MaxTagSets = 1_000;

    // Groups with series of their own, each with ten priorities.
    private const int MaxBoundedSets = 100_001;
    private static readonly double[] DefaultBounds = [0.0001, 0.001, 0.01, 0.1, 1, 10];

    private readonly Lock _gate = new();
    private readonly Dictionary<MetricLabels, MetricValue> _values = [];

    // Most measurements have no tag or one, of a name or a verb: they are found without writing their labels.
    private readonly Dictionary<(string Tag, string Value), MetricValue> _byTag = [];
    private MetricValue? _untagged;
    private MetricValue? _others;
    private readonly double[] _bounds;
    private readonly bool _isObservable;
    private readonly bool _isSum;
    private readonly int _most;

    public InstrumentSeries(Instrument instrument)
    {
        Family = MetricFamily.Of(instrument);
        _isObservable = instrument.IsObservable;
        _most = instrument.Meter.Name is BrokerMeters.OfGroups or BrokerMeters.OfQueues ? MaxBoundedSets : MaxTagSets;
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
        {
            _values.Clear();
            _byTag.Clear();
            (_untagged, _others) = (null, null);
        }
    }

    /// <summary>A measurement came.</summary>
    public void Record(double value, ReadOnlySpan<KeyValuePair<string, object?>> tags)
    {
        lock (_gate)
        {
            var series = Find(tags);
            // What is counted together is added up, however it is measured.
            if (_isSum || series == _others)
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

    private MetricValue Find(ReadOnlySpan<KeyValuePair<string, object?>> tags)
    {
        if (tags.IsEmpty)
            return _untagged ??= Add(MetricLabels.None);
        if (tags.Length > 1 || tags[0].Value is not string value)
            return Add(MetricLabels.Of(tags));
        if (_byTag.TryGetValue((tags[0].Key, value), out var known))
            return known;
        var series = Add(MetricLabels.Of(tags));
        if (_byTag.Count < MaxTagSets)
            _byTag.Add((tags[0].Key, value), series);
        return series;
    }

    private MetricValue Add(MetricLabels labels)
    {
        if (_values.TryGetValue(labels, out var known))
            return known;
        if (_values.Count >= _most)
            return _others ??= _values[MetricLabels.Others] = new MetricValue(_bounds);
        MetricValue series = new(_bounds);
        _values.Add(labels, series);
        return series;
    }

    private static double[] BoundsOf(Instrument instrument) => instrument switch
    {
        Histogram<double> { Advice.HistogramBucketBoundaries: { } bounds } => [.. bounds],
        Histogram<long> { Advice.HistogramBucketBoundaries: { } bounds } => [.. bounds],
        _ => DefaultBounds,
    };
}
