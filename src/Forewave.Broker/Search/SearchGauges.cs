using Forewave.Broker.Observability;
using Forewave.Broker.Sessions;
using Forewave.Storage;

namespace Forewave.Broker.Search;

/// <summary>What searching shows of itself when metrics are collected.</summary>
internal static class SearchGauges
{
    /// <summary>Adds it to the engine's meter.</summary>
    public static void Add(SessionParts parts)
    {
        AddKeys(parts);
        var metrics = parts.Metrics;
        var search = parts.Search.Parts;
        metrics.Gauge(
            new MetricText { Name = "forewave.search.running", Unit = "{search}", Description = "Searches that run." },
            () => search.Turns.Running);
        metrics.Gauge(
            new MetricText { Name = "forewave.search.scanning", Unit = "{search}", Description = "Searches that read messages one after the other." },
            () => search.Turns.Scanning);
        metrics.Total(
            new MetricText { Name = "forewave.search.read", Unit = "By", Description = "Bytes of messages that searches read." },
            () => search.BytesRead.Value);
        metrics.Total(
            new MetricText { Name = "forewave.search.refused", Unit = "{search}", Description = "Searches refused because there were too many, or too many found nothing." },
            () => search.Turns.Refused.Value);
    }

    private static void AddKeys(SessionParts parts)
    {
        var metrics = parts.Metrics;
        var keys = parts.Search.Keys;
        metrics.Gauge(
            new MetricText { Name = "forewave.search.keys", Unit = "{key}", Description = "Keys of messages in the index, those included whose messages are gone and that are not dropped yet." },
            () => keys.Count);
        metrics.Gauge(
            new MetricText { Name = "forewave.search.keys.backlog", Unit = "{message}", Description = "Messages whose keys are not in the index yet." },
            () => keys.BacklogCount);
        metrics.Gauge(
            new MetricText { Name = "forewave.search.keys.memory", Unit = "By", Description = "Memory of the key index." },
            () => keys.MemoryBytes);
        metrics.Gauge(
            new MetricText { Name = "forewave.search.keys.disk", Unit = "By", Description = "Bytes of the key index on disk." },
            () => parts.Store.Slices.DiskBytesOf(SliceOwner.Keys));
        metrics.Gauge(
            new MetricText { Name = "forewave.search.keys.slices", Unit = "{slice}", Description = "Slices of the key index." },
            () => keys.Index.Slices.All.Count);
        metrics.Total(
            new MetricText { Name = "forewave.search.keys.lookups", Unit = "{lookup}", Description = "Look-ups in the key index." },
            () => keys.Counts.Lookups.Value);
        metrics.Total(
            new MetricText { Name = "forewave.search.keys.pages", Unit = "{page}", Description = "Pages of the key index that look-ups read." },
            () => keys.Counts.PagesRead.Value);
        metrics.Total(
            new MetricText { Name = "forewave.search.keys.written", Unit = "{key}", Description = "Keys written to slices, merges included." },
            () => keys.Counts.Written.Value);
        metrics.Total(
            new MetricText { Name = "forewave.search.keys.lost", Unit = "{slice}", Description = "Slices of the key index that could not be read and were made again." },
            () => keys.Counts.Lost.Value);
    }
}
