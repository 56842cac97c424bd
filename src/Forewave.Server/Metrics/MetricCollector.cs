using System.Collections.Concurrent;
using System.Diagnostics.Metrics;

namespace Forewave.Server.Metrics;

/// <summary>
/// Listens to one broker's meters and keeps what they measured, until it is asked for in Prometheus' text format. Measurements
/// come on any thread and cost a look-up and a short lock.
/// </summary>
internal sealed class MetricCollector : IDisposable
{
    private readonly ConcurrentDictionary<Instrument, InstrumentSeries> _instruments = new();
    private readonly Lock _collecting = new();
    private readonly MeterListener _listener = new();
    private readonly BrokerMeters _meters;

    public MetricCollector(BrokerMeters meters)
    {
        _meters = meters;
        _listener.InstrumentPublished = Published;
        // An engine that has ended takes its instruments along: the next one has the same again.
        _listener.MeasurementsCompleted = (instrument, _) => _instruments.TryRemove(instrument, out InstrumentSeries? _);
        _listener.SetMeasurementEventCallback<long>(static (_, value, tags, series) => ((InstrumentSeries)series!).Record(value, tags));
        _listener.SetMeasurementEventCallback<int>(static (_, value, tags, series) => ((InstrumentSeries)series!).Record(value, tags));
        _listener.SetMeasurementEventCallback<double>(static (_, value, tags, series) => ((InstrumentSeries)series!).Record(value, tags));
        _listener.Start();
    }

    /// <summary>Reads the gauges and writes everything, by name.</summary>
    public void WriteTo(PrometheusWriter writer)
    {
        lock (_collecting)
        {
            foreach (var series in _instruments.Values)
                series.BeginCollection();
            _listener.RecordObservableInstruments();
            foreach (var series in _instruments.Values.OrderBy(series => series.Family.Name, StringComparer.Ordinal))
                series.WriteTo(writer);
        }
    }

    public void Dispose() => _listener.Dispose();

    private void Published(Instrument instrument, MeterListener listener)
    {
        if (instrument.Meter.Scope is not BrokerMeters meters || !meters.AreOf(_meters))
            return;
        var series = _instruments.GetOrAdd(instrument, static instrument => new InstrumentSeries(instrument));
        listener.EnableMeasurementEvents(instrument, series);
    }
}
