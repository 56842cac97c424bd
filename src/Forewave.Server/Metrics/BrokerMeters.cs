using System.Diagnostics.Metrics;

namespace Forewave.Server.Metrics;

/// <summary>
/// The meters of one broker, told from those of another broker in the process by their scope. Thread-safe; disposes its meters.
/// </summary>
/// <param name="parent">Those of the broker, where these are of one engine of several that it has in its life; null: they are the broker's.</param>
internal sealed class BrokerMeters(BrokerMeters? parent = null) : IMeterFactory
{
    /// <summary>The meter of single groups: many series, and a bound of its own.</summary>
    public const string OfGroups = "Forewave.Broker.Groups";

    /// <summary>The meter of single queues: likewise.</summary>
    public const string OfQueues = "Forewave.Broker.Queues";

    /// <summary>All meters of a broker begin with one of these.</summary>
    public static readonly string[] Names = ["Forewave.Broker*", "Forewave.Server*"];

    private readonly Lock _gate = new();
    private readonly List<Meter> _meters = [];

    /// <summary>Whether they belong to a broker's.</summary>
    public bool AreOf(BrokerMeters broker) => this == broker || parent == broker;

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
