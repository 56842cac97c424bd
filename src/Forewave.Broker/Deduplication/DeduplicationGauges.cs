using Forewave.Broker.Observability;
using Forewave.Broker.Sessions;
using Forewave.Storage;

namespace Forewave.Broker.Deduplication;

/// <summary>What deduplication shows of itself when metrics are collected.</summary>
internal static class DeduplicationGauges
{
    /// <summary>Adds it to the engine's meter.</summary>
    public static void Add(SessionParts parts)
    {
        var ids = parts.Deduplication;
        var metrics = parts.Metrics;
        metrics.Gauge(
            new MetricText { Name = "forewave.deduplication.ids", Unit = "{id}", Description = "Deduplication ids held, those included that left their window and are not dropped yet." },
            () => ids.Count);
        metrics.Gauge(
            new MetricText { Name = "forewave.deduplication.held", Unit = "{id}", Description = "Deduplication ids of messages that transactions have prepared and not decided." },
            () => ids.HeldCount);
        metrics.Gauge(
            new MetricText { Name = "forewave.deduplication.memory", Unit = "By", Description = "Memory of deduplication ids." },
            () => ids.MemoryBytes);
        metrics.Gauge(
            new MetricText { Name = "forewave.deduplication.disk", Unit = "By", Description = "Bytes of deduplication ids on disk." },
            () => parts.Store.Slices.DiskBytesOf(SliceOwner.Deduplication));
        metrics.Gauge(
            new MetricText { Name = "forewave.deduplication.slices", Unit = "{slice}", Description = "Slices of deduplication ids." },
            () => ids.Known.Slices.All.Count);
        metrics.Total(
            new MetricText { Name = "forewave.deduplication.repeats", Unit = "{message}", Description = "Messages not stored because their id was known." },
            () => ids.Counts.Repeats.Value);
        metrics.Total(
            new MetricText { Name = "forewave.deduplication.lookups", Unit = "{lookup}", Description = "Look-ups of publishes that memory could not answer." },
            () => ids.Counts.LookedUp.Value);
        metrics.Total(
            new MetricText { Name = "forewave.deduplication.pages", Unit = "{page}", Description = "Pages that look-ups read." },
            () => ids.Counts.PagesRead.Value);
        metrics.Total(
            new MetricText { Name = "forewave.deduplication.written", Unit = "{id}", Description = "Ids written to slices, merges included." },
            () => ids.Counts.Written.Value);
        metrics.Total(
            new MetricText { Name = "forewave.deduplication.damaged", Unit = "{slice}", Description = "Slices of deduplication ids that were found damaged since the start." },
            () => ids.Counts.Damaged.Value);
    }
}
