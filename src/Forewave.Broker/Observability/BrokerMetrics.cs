using System.Diagnostics.Metrics;
using Forewave.Broker.Ingest;
using Forewave.Protocol;

namespace Forewave.Broker.Observability;

/// <summary>
/// The engine's metrics on the meter <see cref="MeterName"/>. Tags come from closed sets: error names, loop names. Thread-safe.
/// </summary>
internal sealed class BrokerMetrics
{
    /// <summary>The meter's name.</summary>
    public const string MeterName = "Forewave.Broker";

    private static readonly double[] PublishSeconds = [0.0001, 0.00025, 0.0005, 0.001, 0.0025, 0.005, 0.01, 0.05, 0.25, 1];

    private readonly IMeterFactory _meters;
    private readonly LongCounter _messages = new();
    private readonly LongCounter _bytes = new();
    private readonly LongCounter _frames = new();
    private readonly LongCounter _duplicates = new();
    private readonly LongCounter _connectionsTaken = new();
    private readonly Counter<long> _refused;
    private readonly Counter<long> _closed;
    private readonly Counter<long> _faults;
    private readonly Histogram<double> _publishTime;

    public BrokerMetrics(IMeterFactory meters)
    {
        _meters = meters;
        Meter = meters.Create(new MeterOptions(MeterName));
        Observe(new MetricText { Name = "forewave.publish.messages", Unit = "{message}", Description = "Messages stored by publishes." }, _messages);
        Observe(new MetricText { Name = "forewave.publish.size", Unit = "By", Description = "Bytes of messages stored by publishes." }, _bytes);
        Observe(new MetricText { Name = "forewave.publish.frames", Unit = "{frame}", Description = "Publish frames answered." }, _frames);
        Observe(new MetricText { Name = "forewave.publish.duplicates", Unit = "{message}", Description = "Messages that were repeats of stored ones." }, _duplicates);
        Observe(new MetricText { Name = "forewave.connections.taken", Unit = "{connection}", Description = "Connections taken." }, _connectionsTaken);
        _refused = Meter.CreateCounter<long>("forewave.publish.refused", "{message}", "Messages refused, by error.");
        _closed = Meter.CreateCounter<long>("forewave.connections.closed", "{connection}", "Connections closed by an error.");
        _faults = Meter.CreateCounter<long>("forewave.loop.faults", "{fault}", "Loops ended by a fault, by loop.");
        _publishTime = Meter.CreateHistogram(
            "forewave.publish.duration", "s", "From a frame being read to its answer being written.", tags: null,
            advice: new InstrumentAdvice<double> { HistogramBucketBoundaries = PublishSeconds });
    }

    /// <summary>The meter, for the other stages' instruments.</summary>
    public Meter Meter { get; }

    /// <summary>A meter of its own: who listens can tell its metrics by that, for they have many series.</summary>
    public Meter MeterOf(string name) => _meters.Create(new MeterOptions(name));

    /// <summary>Messages stored since the start.</summary>
    public long MessagesPublished => _messages.Value;

    /// <summary>A connection was taken.</summary>
    public void ConnectionTaken() => _connectionsTaken.Add(1);

    /// <summary>A connection was closed for a reason.</summary>
    public void ConnectionClosed(ErrorCode error) =>
        _closed.Add(1, new KeyValuePair<string, object?>("error.type", NameOf(error)));

    /// <summary>A loop ended by a fault.</summary>
    public void LoopFaulted(string loop) => _faults.Add(1, new KeyValuePair<string, object?>("loop", loop));

    /// <summary>A publish got its answer.</summary>
    public void PublishAnswered(PendingPublish publish, TimeProvider time)
    {
        long messages = 0, bytes = 0, duplicates = 0;
        foreach (ref readonly var batch in publish.Batches)
        {
            var error = publish.IsLost && batch.Error == ErrorCode.None ? ErrorCode.StoreUnavailable : batch.Error;
            if (error != ErrorCode.None)
            {
                _refused.Add(batch.Count, new KeyValuePair<string, object?>("error.type", NameOf(error)));
                continue;
            }
            messages += batch.Count - batch.KnownCount - batch.RepeatCount;
            duplicates += batch.KnownCount + batch.RepeatCount;
            bytes += batch.Messages.Length;
        }
        _messages.Add(messages);
        _bytes.Add(bytes);
        _frames.Add(1);
        if (duplicates > 0)
            _duplicates.Add(duplicates);
        if (_publishTime.Enabled)
            _publishTime.Record(time.GetElapsedTime(publish.TakenAt).TotalSeconds);
    }

    /// <summary>Adds a gauge that is read when metrics are collected.</summary>
    public void Gauge(MetricText text, Func<long> read) =>
        Meter.CreateObservableGauge(text.Name, read, text.Unit, text.Description);

    /// <summary>Adds a total that is read when metrics are collected.</summary>
    public void Total(MetricText text, Func<long> read) =>
        Meter.CreateObservableCounter(text.Name, read, text.Unit, text.Description);

    private static string NameOf(ErrorCode error) => ErrorTable.Entry(error).Name;

    private void Observe(MetricText text, LongCounter counter) => Total(text, () => counter.Value);
}
