using System.Diagnostics.Metrics;
using Forewave.Broker.Delivery.Administration;
using Forewave.Broker.Sessions;
using Forewave.Protocol;
using Forewave.Storage;

namespace Forewave.Broker.Observability;

/// <summary>
/// Metrics of single groups: counted every few seconds while somebody reads metrics, so that reading costs nothing. The groups that
/// were made first have series of their own, so many as <see cref="BrokerOptions.GroupMetrics"/> says; all others together have one,
/// of a queue and a group without a name. Those of single queues are counted along. The loop is one task; reading is for any thread.
/// </summary>
internal sealed class GroupGauges
{
    /// <summary>The meter's name.</summary>
    public const string MeterName = "Forewave.Broker.Groups";

    private static readonly TimeSpan Period = TimeSpan.FromSeconds(5);

    private const string QueueTag = "messaging.destination.name";
    private const string GroupTag = "messaging.consumer.group.name";
    private static readonly KeyValuePair<string, object?>[] Unnamed = [new(QueueTag, ""), new(GroupTag, "")];

    private const int MostGroups = 10_000;

    private readonly SessionParts _parts;
    private readonly GroupAges _ages;
    private readonly QueueGauges _queues;
    private readonly Meter _meter;
    private readonly Instrument _lag;
    private volatile Measured _measured = new([], default);

    /// <summary>Makes the meter.</summary>
    public GroupGauges(SessionParts parts)
    {
        _parts = parts;
        _ages = new GroupAges(parts.Store);
        _queues = new QueueGauges(parts);
        _meter = parts.Metrics.MeterOf(MeterName);
        _lag = Add(new MetricText { Name = "messaging.forewave.group.lag", Unit = "{message}", Description = "Messages that a group has not done: unread, leased, waiting, held and parked." }, static one => one.Lag, static sums => sums.Lag);
        Add(new MetricText { Name = "messaging.forewave.group.leased", Unit = "{message}", Description = "Messages that the consumers of a group have." }, static one => one.Leased, static sums => sums.Leased);
        Add(new MetricText { Name = "messaging.forewave.group.dead", Unit = "{message}", Description = "Dead letters of a group." }, static one => one.Dead, static sums => sums.Dead);
        Add(new MetricText { Name = "messaging.forewave.group.consumers", Unit = "{consumer}", Description = "Consumers of a group." }, static one => one.Consumers, null);
        Add(new MetricText { Name = "messaging.forewave.group.consumers.stuck", Unit = "{consumer}", Description = "Consumers of a group that are stuck." }, static one => one.Stuck, null);
        Add(new MetricText { Name = "messaging.forewave.group.replay.left", Unit = "{message}", Description = "Offsets that the replay of a group has not come to." }, static one => one.ReplayLeft, null);
        _meter.CreateObservableGauge(
            "messaging.forewave.group.lag.age", () => Ages(), "s", "Age of the oldest message that a group has not done.");
        _meter.CreateObservableGauge(
            "messaging.forewave.group.unread", () => Priorities(static (count, _) => count.Messages), "{message}", "Messages that were not handed out to a group, by priority.");
        _meter.CreateObservableGauge(
            "messaging.forewave.group.unread.age", () => Priorities((count, now) => Seconds(count.OldestTime, now)), "s",
            "Age of the oldest message that was not handed out to a group, by priority.");
    }

    /// <summary>Goes round until it is cancelled.</summary>
    public async Task RunAsync(LoopPulse pulse, CancellationToken cancellation)
    {
        using var timer = new PeriodicTimer(Period, _parts.Time);
        while (await timer.WaitForNextTickAsync(cancellation))
        {
            pulse.Beat();
            _queues.Count();
            if (!_lag.Enabled)
                continue;
            try
            {
                await CountAsync(cancellation);
            }
            catch (Exception stopped) when (stopped is ForewaveException or StoreException && !cancellation.IsCancellationRequested)
            {
                // The partition stopped, or a read failed: what was counted last stands until the next round.
            }
        }
    }

    private async Task CountAsync(CancellationToken cancellation)
    {
        var (groups, others) = await _parts.Delivery.Census.TakeAsync(Math.Clamp(_parts.Options.GroupMetrics, 0, MostGroups), cancellation).WaitAsync(cancellation);
        _ages.Begin();
        for (int i = 0; i < groups.Count; i++)
            groups[i] = await _ages.AddAsync(groups[i], cancellation);
        _ages.End();
        _measured = new Measured(groups, others);
    }

    private Instrument Add(MetricText text, Func<GroupFigures, long> one, Func<GroupSums, long>? others) =>
        _meter.CreateObservableGauge(text.Name, () => Measure(one, others), text.Unit, text.Description);

    private IEnumerable<Measurement<long>> Measure(Func<GroupFigures, long> one, Func<GroupSums, long>? others)
    {
        var measured = _measured;
        foreach (var figures in measured.Groups)
            yield return new Measurement<long>(one(figures), Tags(figures));
        if (others is not null && measured.Others.Groups > 0)
            yield return new Measurement<long>(others(measured.Others), Unnamed);
    }

    private IEnumerable<Measurement<double>> Ages()
    {
        var now = _parts.Time.GetUtcNow();
        return _measured.Groups.Select(figures => new Measurement<double>(Seconds(figures.OldestTime, now), Tags(figures)));
    }

    private IEnumerable<Measurement<double>> Priorities(Func<PriorityCount, DateTimeOffset, double> value)
    {
        var now = _parts.Time.GetUtcNow();
        return _measured.Groups.SelectMany(figures => figures.Unread.Select(count => new Measurement<double>(
            value(count, now), [.. Tags(figures), new KeyValuePair<string, object?>("messaging.forewave.priority", count.Band.Priority)])));
    }

    private static double Seconds(long time, DateTimeOffset now) => time == 0 ? 0 : Math.Max(0, now.ToUnixTimeMilliseconds() - time) / 1_000.0;

    private KeyValuePair<string, object?>[] Tags(GroupFigures figures) =>
    [
        new(QueueTag, _parts.Queues.Find(figures.Queue)?.Name.Value ?? ""), new(GroupTag, figures.Name.Value),
    ];

    private sealed record Measured(IReadOnlyList<GroupFigures> Groups, GroupSums Others);
}
