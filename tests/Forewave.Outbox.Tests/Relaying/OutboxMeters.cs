using System.Diagnostics.Metrics;

namespace Forewave.Outbox.Tests.Relaying;

/// <summary>The meters of one relay, listened to from the beginning.</summary>
internal sealed class OutboxMeters : IMeterFactory
{
    private readonly MeterListener _listener = new();
    private readonly List<Meter> _meters = [];
    private readonly Dictionary<string, double> _values = [];

    public OutboxMeters()
    {
        _listener.InstrumentPublished = (instrument, listener) =>
        {
            if (instrument.Meter.Scope == this)
            {
                listener.EnableMeasurementEvents(instrument);
            }
        };
        _listener.SetMeasurementEventCallback<int>((instrument, value, _, _) => Note(instrument, value));
        _listener.SetMeasurementEventCallback<long>((instrument, value, _, _) => Note(instrument, value));
        _listener.SetMeasurementEventCallback<double>((instrument, value, _, _) => Note(instrument, value));
        _listener.Start();
    }

    public Meter Create(MeterOptions options)
    {
        options.Scope = this;
        Meter meter = new(options);
        _meters.Add(meter);
        return meter;
    }

    /// <summary>What a gauge shows now, or a counter has counted so far.</summary>
    public double Of(string name)
    {
        _listener.RecordObservableInstruments();
        lock (_values)
        {
            return _values.GetValueOrDefault(name);
        }
    }

    public void Dispose()
    {
        _listener.Dispose();
        _meters.ForEach(meter => meter.Dispose());
    }

    private void Note(Instrument instrument, double value)
    {
        lock (_values)
        {
            _values[instrument.Name] = instrument is Counter<long> ? _values.GetValueOrDefault(instrument.Name) + value : value;
        }
    }
}
