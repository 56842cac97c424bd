using System.Diagnostics.Metrics;
using Forewave.Broker.Delivery.Priorities;
using Forewave.Broker.Queues;
using Forewave.Broker.Sessions;
using Forewave.Protocol;

namespace Forewave.Broker.Observability;

/// <summary>
/// Metrics of single queues, on a meter of their own: counted every few seconds while somebody reads metrics, from what the store keeps of
/// each queue anyway, so that publishing and reading cost nothing for them. The queues that were made first have series of their own, so
/// many as <see cref="BrokerOptions.QueueMetrics"/> says; all others together have one, of a queue without a name. Counting is for one
/// caller at a time, reading for any thread.
/// </summary>
internal sealed class QueueGauges
{
    /// <summary>The meter's name.</summary>
    public const string MeterName = "Forewave.Broker.Queues";

    private const int MostQueues = 10_000;

    private readonly SessionParts _parts;
    private readonly Instrument _published;
    private Dictionary<uint, long> _othersSeen = [];
    private long _othersPublished;
    private volatile QueueFigures[] _measured = [];

    /// <summary>Makes the meter.</summary>
    public QueueGauges(SessionParts parts)
    {
        _parts = parts;
        var meter = parts.Metrics.MeterOf(MeterName);
        _published = meter.CreateObservableCounter(
            "messaging.forewave.queue.published", () => Measure(static one => one.Published), "{message}", "Messages that came into a queue since it was made.");
        meter.CreateObservableGauge(
            "messaging.forewave.queue.messages", () => Measure(static one => one.Messages), "{message}", "Messages in a queue, settled or not.");
        meter.CreateObservableGauge("messaging.forewave.queue.size", () => Measure(static one => one.Bytes), "By", "Bytes of the messages in a queue.");
    }

    /// <summary>Counts, if somebody reads.</summary>
    public void Count()
    {
        if (!_published.Enabled)
            return;
        var queues = _parts.Queues.All;
        int most = Math.Clamp(_parts.Options.QueueMetrics, 0, MostQueues);
        var figures = new List<QueueFigures>(Math.Min(queues.Count, most + 1));
        figures.AddRange(queues.Take(most).Select(FiguresOf));
        if (queues.Count > most)
            figures.Add(Sum(queues.Skip(most)));
        _measured = [.. figures];
    }

    // A queue that is deleted takes its messages along, and its count too: their sum counts on, for a counter that falls is taken for one
    // that began anew.
    private QueueFigures Sum(IEnumerable<QueueEntry> others)
    {
        Dictionary<uint, long> seen = [];
        QueueFigures sum = new() { Name = "" };
        foreach (var queue in others)
        {
            var one = FiguresOf(queue);
            _othersPublished += Math.Max(0, one.Published - _othersSeen.GetValueOrDefault(queue.Id));
            seen[queue.Id] = one.Published;
            sum = sum with { Messages = sum.Messages + one.Messages, Bytes = sum.Bytes + one.Bytes };
        }
        _othersSeen = seen;
        return sum with { Published = _othersPublished };
    }

    private QueueFigures FiguresOf(QueueEntry queue)
    {
        var figures = Add(new QueueFigures { Name = queue.Name.Value }, default, queue.Id);
        return PriorityBand.Others.Aggregate(figures, (sum, band) => Add(sum, band, queue.Id));
    }

    private QueueFigures Add(QueueFigures sum, PriorityBand band, uint queue)
    {
        var extent = _parts.Store.Extent(band.IndexOf(queue));
        return sum with
        {
            Published = sum.Published + extent.End.Value - Offset.First.Value,
            Messages = sum.Messages + Math.Max(0, extent.End.Value - extent.FirstRetained.Value),
            Bytes = sum.Bytes + (long)extent.Bytes,
        };
    }

    private IEnumerable<Measurement<long>> Measure(Func<QueueFigures, long> value)
    {
        foreach (var figures in _measured)
            yield return new Measurement<long>(value(figures), new KeyValuePair<string, object?>("messaging.destination.name", figures.Name));
    }
}
