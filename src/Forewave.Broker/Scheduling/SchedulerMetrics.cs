using System.Diagnostics.Metrics;
using Forewave.Broker.Observability;
using Forewave.Storage;

namespace Forewave.Broker.Scheduling;

/// <summary>Counts what the scheduler does. For any thread.</summary>
internal sealed class SchedulerMetrics
{
    private static readonly double[] LatenessSeconds = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 10, 60, 600, 3_600];

    private readonly TimeProvider _time;
    private readonly Counter<long> _released;
    private readonly Counter<long> _cancelled;
    private readonly Counter<long> _rescheduled;
    private readonly Counter<long> _damaged;
    private readonly Histogram<double> _lateness;

    public SchedulerMetrics(Meter meter, TimeProvider time)
    {
        _time = time;
        _released = meter.CreateCounter<long>("forewave.scheduled.released", "{message}", "Scheduled messages that became available.");
        _cancelled = meter.CreateCounter<long>("forewave.scheduled.cancelled", "{message}", "Scheduled messages that were cancelled.");
        _rescheduled = meter.CreateCounter<long>("forewave.scheduled.rescheduled", "{message}", "Scheduled messages that got another time.");
        _damaged = meter.CreateCounter<long>("forewave.scheduled.damaged", "{message}", "Scheduled messages that rotted on disk.");
        _lateness = meter.CreateHistogram(
            "forewave.scheduled.lateness", "s", "From a message's due time to its being deliverable.", tags: null,
            advice: new InstrumentAdvice<double> { HistogramBucketBoundaries = LatenessSeconds });
    }

    /// <summary>Messages became available now that were due then.</summary>
    public void Released(ReadOnlySpan<Timestamp> due)
    {
        _released.Add(due.Length);
        if (!_lateness.Enabled)
            return;
        var now = _time.GetUtcNow();
        foreach (var time in due)
            _lateness.Record(Math.Max(0, (now - time.ToDateTimeOffset()).TotalSeconds));
    }

    /// <summary>Messages were cancelled.</summary>
    public void Cancelled(long messages) => _cancelled.Add(messages);

    /// <summary>Messages got another time.</summary>
    public void Rescheduled(long messages) => _rescheduled.Add(messages);

    /// <summary>A message rotted.</summary>
    public void Damaged() => _damaged.Add(1);

    /// <summary>Adds what is read when metrics are collected.</summary>
    public static void AddGauges(BrokerMetrics metrics, Scheduler scheduler)
    {
        metrics.Gauge(
            new MetricText { Name = "forewave.scheduled.pending", Unit = "{message}", Description = "Scheduled messages that are not out yet." },
            () => scheduler.Pending.Count);
        metrics.Gauge(
            new MetricText { Name = "forewave.scheduled.recurring", Unit = "{message}", Description = "Recurring messages." },
            () => scheduler.Recurring.Count);
    }
}
