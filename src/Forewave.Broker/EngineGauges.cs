using System.Diagnostics.Metrics;
using Forewave.Broker.Sessions;

namespace Forewave.Broker;

/// <summary>What is read when metrics are collected: sizes and counts that others keep anyway.</summary>
internal static class EngineGauges
{
    /// <summary>Adds them to the engine's meter.</summary>
    public static void Add(SessionParts parts, EngineLoops loops)
    {
        var sessions = parts.Sessions;
        var metrics = parts.Metrics;
        var store = parts.Store;
        metrics.Gauge("forewave.connections", "{connection}", "Connections open.", () => sessions.Count);
        metrics.Gauge("forewave.connections.congested", "{connection}", "Connections whose peers do not read.", () => sessions.Congested);
        metrics.Gauge("forewave.queues", "{queue}", "Queues.", () => parts.Queues.Count);
        metrics.Gauge("forewave.producers", "{producer}", "Producer ids remembered.", () => parts.Producers.Count);
        metrics.Gauge("forewave.producers.memory", "By", "Memory of their sequences.", () => parts.Producers.Memory.Bytes);
        metrics.Gauge("forewave.partition.stopped", "1", "1 when the partition stopped.", () => parts.Health.IsStopped ? 1 : 0);
        metrics.Gauge("forewave.disk.used", "By", "Bytes on disk.", () => store.Usage.DiskBytes);
        metrics.Gauge("forewave.disk.free", "By", "Bytes free on the disk.", () => store.Usage.FreeBytes);
        metrics.Gauge("forewave.disk.full", "1", "1 when publishes are refused because the disk is full.", () => store.Usage.DiskFull ? 1 : 0);
        metrics.Gauge("forewave.log.segments", "{segment}", "Segments in use.", () => store.Usage.Segments);
        metrics.Gauge("forewave.log.segments.spare", "{segment}", "Segments ready to be written.", () => store.Usage.SpareSegments);
        metrics.Total("forewave.log.size", "By", "Bytes written to the log.", () => store.Usage.LogBytes);
        metrics.Total("forewave.log.groups", "{group}", "Groups committed.", () => store.Usage.Groups);
        metrics.Total("forewave.log.syncs", "{sync}", "Syncs of the log.", () => store.Usage.Syncs);
        metrics.Total("forewave.log.cold_reads", "{read}", "Reads that memory could not serve.", () => store.Usage.ColdReads);
        metrics.Total("forewave.checkpoints", "{checkpoint}", "Checkpoints taken.", () => store.Usage.Checkpoints);
        metrics.Meter.CreateObservableCounter(
            "forewave.log.sync.time", () => store.Usage.SyncTime.TotalSeconds, "s", "Time spent in syncs of the log.");
        metrics.Meter.CreateObservableGauge(
            "forewave.loop.age",
            () => loops.All.Select(loop => new Measurement<double>(
                loop.Age.TotalSeconds, new KeyValuePair<string, object?>("loop", loop.Name))),
            "s",
            "Time since a loop last showed that it goes on.");
    }
}
