using System.Diagnostics.Metrics;
using Forewave.Broker.Deduplication;
using Forewave.Broker.Observability;
using Forewave.Broker.Search;
using Forewave.Broker.Sessions;
using Forewave.Storage;

namespace Forewave.Broker;

/// <summary>What is read when metrics are collected: sizes and counts that others keep anyway.</summary>
internal static class EngineGauges
{
    /// <summary>Adds them to the engine's meter.</summary>
    public static void Add(SessionParts parts, EngineLoops loops)
    {
        var sessions = parts.Sessions;
        var metrics = parts.Metrics;
        DeduplicationGauges.Add(parts);
        SearchGauges.Add(parts);
        metrics.Gauge(
            new MetricText { Name = "forewave.connections", Unit = "{connection}", Description = "Connections open." },
            () => sessions.Count);
        metrics.Gauge(
            new MetricText { Name = "forewave.connections.congested", Unit = "{connection}", Description = "Connections whose peers do not read." },
            () => sessions.Congested);
        metrics.Gauge(
            new MetricText { Name = "forewave.frames.memory", Unit = "By", Description = "Memory taken for large frames that come in." },
            () => parts.FrameMemory.Bytes);
        metrics.Gauge(
            new MetricText { Name = "forewave.frames.waiting", Unit = "{connection}", Description = "Connections that are not read until there is memory for their frame." },
            () => parts.FrameMemory.Waiting);
        metrics.Gauge(
            new MetricText { Name = "forewave.queues", Unit = "{queue}", Description = "Queues." },
            () => parts.Queues.Count);
        metrics.Gauge(
            new MetricText { Name = "forewave.producers", Unit = "{producer}", Description = "Producer ids remembered." },
            () => parts.Producers.Count);
        metrics.Gauge(
            new MetricText { Name = "forewave.producers.memory", Unit = "By", Description = "Memory of their sequences." },
            () => parts.Producers.Memory.Bytes);
        metrics.Gauge(
            new MetricText { Name = "forewave.dead_letter.operations", Unit = "{operation}", Description = "Operations on dead letters that are running." },
            () => loops.DeadOperations);
        metrics.Gauge(
            new MetricText { Name = "forewave.partition.stopped", Unit = "1", Description = "1 when the partition stopped." },
            () => parts.Health.IsStopped ? 1 : 0);
        metrics.Meter.CreateObservableGauge(
            "forewave.connections.sdk",
            () => sessions.Sdks.All.Select(sdk => new Measurement<long>(
                sdk.Connections, new KeyValuePair<string, object?>("forewave.sdk.name", sdk.Kind.Name), new KeyValuePair<string, object?>("forewave.sdk.version", sdk.Kind.Version))),
            "{connection}",
            "Connections open, by SDK.");
        AddSettings(parts, metrics);
        AddStore(parts.Store, metrics);
        BackupGauges.Add(parts);
        metrics.Meter.CreateObservableGauge(
            "forewave.loop.age",
            () => loops.All.Select(loop => new Measurement<double>(
                loop.Age.TotalSeconds, new KeyValuePair<string, object?>("loop", loop.Name))),
            "s",
            "Time since a loop last showed that it goes on.");
    }

    private static void AddSettings(SessionParts parts, BrokerMetrics metrics)
    {
        metrics.Gauge(
            new MetricText { Name = "forewave.settings.live", Unit = "{setting}", Description = "Settings that are set live." },
            () => parts.Settings.Terms.Table.Entries.Count);
        metrics.Total(
            new MetricText { Name = "forewave.settings.changed", Unit = "{change}", Description = "Changes of live settings." },
            () => parts.Settings.Changed);
        metrics.Gauge(
            new MetricText { Name = "forewave.switches.off", Unit = "{switch}", Description = "Live switches that are off, read-only among them." },
            () => parts.Settings.Terms.SwitchesOff);
        metrics.Gauge(
            new MetricText { Name = "forewave.draining", Unit = "1", Description = "1 while the broker is drained." },
            () => parts.Drain.IsOn ? 1 : 0);
        metrics.Gauge(
            new MetricText { Name = "forewave.memory.used", Unit = "By", Description = "Memory of the process, at the last look." },
            () => parts.Memory.Used);
        metrics.Gauge(
            new MetricText { Name = "forewave.memory.bound", Unit = "By", Description = "Memory of the process from which on no messages are taken." },
            () => parts.Memory.Bound);
        metrics.Gauge(
            new MetricText { Name = "forewave.memory.short", Unit = "1", Description = "1 while no messages are taken because memory is short." },
            () => parts.Memory.IsShort ? 1 : 0);
        metrics.Total(
            new MetricText { Name = "forewave.memory.shortages", Unit = "{shortage}", Description = "How often no messages were taken because memory was short." },
            () => parts.Memory.Times);
    }

    private static void AddStore(IStore store, BrokerMetrics metrics)
    {
        metrics.Gauge(
            new MetricText { Name = "forewave.disk.used", Unit = "By", Description = "Bytes on disk." },
            () => store.Usage.DiskBytes);
        metrics.Gauge(
            new MetricText { Name = "forewave.disk.free", Unit = "By", Description = "Bytes free on the disk." },
            () => store.Usage.FreeBytes);
        metrics.Gauge(
            new MetricText { Name = "forewave.disk.full", Unit = "1", Description = "1 when publishes are refused because the disk is full." },
            () => store.Usage.DiskFull ? 1 : 0);
        metrics.Gauge(
            new MetricText { Name = "forewave.runs.unmoved", Unit = "{run}", Description = "Runs in memory that are not in their tables yet." },
            () => store.Usage.UnmovedRuns);
        metrics.Total(
            new MetricText { Name = "forewave.log.missing", Unit = "{message}", Description = "Messages that were in the log no more when they were to be taken to their tables." },
            () => store.Usage.MissingMessages);
        metrics.Gauge(
            new MetricText { Name = "forewave.log.segments", Unit = "{segment}", Description = "Segments in use." },
            () => store.Usage.Segments);
        metrics.Gauge(
            new MetricText { Name = "forewave.log.segments.spare", Unit = "{segment}", Description = "Segments ready to be written." },
            () => store.Usage.SpareSegments);
        metrics.Total(
            new MetricText { Name = "forewave.log.size", Unit = "By", Description = "Bytes written to the log." },
            () => store.Usage.LogBytes);
        metrics.Total(
            new MetricText { Name = "forewave.log.groups", Unit = "{group}", Description = "Groups committed." },
            () => store.Usage.Groups);
        metrics.Total(
            new MetricText { Name = "forewave.log.syncs", Unit = "{sync}", Description = "Syncs of the log." },
            () => store.Usage.Syncs);
        metrics.Total(
            new MetricText { Name = "forewave.log.cold_reads", Unit = "{read}", Description = "Reads that memory could not serve." },
            () => store.Usage.ColdReads);
        metrics.Total(
            new MetricText { Name = "forewave.log.carried", Unit = "By", Description = "Bytes of live messages moved out of old segments." },
            () => store.Usage.CarriedBytes);
        metrics.Total(
            new MetricText { Name = "forewave.log.segments.recycled", Unit = "{segment}", Description = "Segments given back." },
            () => store.Usage.RecycledSegments);
        metrics.Total(
            new MetricText { Name = "forewave.checkpoints", Unit = "{checkpoint}", Description = "Checkpoints taken." },
            () => store.Usage.Checkpoints);
        metrics.Meter.CreateObservableCounter(
            "forewave.log.sync.time", () => store.Usage.SyncTime.TotalSeconds, "s", "Time spent in syncs of the log.");
    }
}
