using System.Diagnostics.Metrics;

namespace Forewave.Server.Metrics;

/// <summary>
/// The meters of one broker, told from those of another broker in the process by their scope. Thread-safe; disposes its meters.
/// </summary>
internal sealed class BrokerMeters : IMeterFactory
{
    private readonly Lock _gate = new();
    private readonly List<Meter> _meters = [];

    /// <inheritdoc/>
    public Meter Create(MeterOptions options)
    {
        options.Scope = this;
        Meter meter = new(options);
        lock (_gate)
            _meters.Add(meter);
        return meter;
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        lock (_gate)
        {
            _meters.ForEach(meter => meter.Dispose());
            _meters.Clear();
        }
    }
}
