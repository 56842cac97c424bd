using System.Diagnostics;

namespace Forewave.Server.Metrics;

/// <summary>What the process and the runtime use, under Prometheus' customary names.</summary>
internal static class ProcessMetrics
{
    /// <summary>Writes them.</summary>
    public static void WriteTo(PrometheusWriter writer)
    {
        using var process = Process.GetCurrentProcess();
        writer.WriteSingle(new MetricFamily("process_cpu_seconds", MetricKind.Counter, "Processor time used.") { Unit = "seconds" }, process.TotalProcessorTime.TotalSeconds);
        writer.WriteSingle(new MetricFamily("process_resident_memory_bytes", MetricKind.Gauge, "Memory in use.") { Unit = "bytes" }, process.WorkingSet64);
        writer.WriteSingle(new MetricFamily("process_threads", MetricKind.Gauge, "Threads of the process."), process.Threads.Count);
        writer.WriteSingle(new MetricFamily("process_start_time_seconds", MetricKind.Gauge, "When the process started, in Unix time.") { Unit = "seconds" }, new DateTimeOffset(process.StartTime).ToUnixTimeMilliseconds() / 1000.0);
        WriteRuntimeTo(writer);
    }

    private static void WriteRuntimeTo(PrometheusWriter writer)
    {
        MetricFamily collections = new("dotnet_gc_collections", MetricKind.Counter, "Collections, by generation.");
        writer.WriteFamily(collections);
        for (int generation = 0; generation <= GC.MaxGeneration; generation++)
        {
            KeyValuePair<string, object?> tag = new("generation", generation);
            writer.WriteValue(collections.ValueName, MetricLabels.Of([tag]), GC.CollectionCount(generation));
        }
        writer.WriteSingle(new MetricFamily("dotnet_gc_pause_seconds", MetricKind.Counter, "Time that collections stopped the process.") { Unit = "seconds" }, GC.GetTotalPauseDuration().TotalSeconds);
        writer.WriteSingle(new MetricFamily("dotnet_gc_allocated_bytes", MetricKind.Counter, "Managed memory allocated.") { Unit = "bytes" }, GC.GetTotalAllocatedBytes());
        writer.WriteSingle(new MetricFamily("dotnet_gc_heap_bytes", MetricKind.Gauge, "Managed memory in use.") { Unit = "bytes" }, GC.GetTotalMemory(forceFullCollection: false));
        writer.WriteSingle(new MetricFamily("dotnet_threadpool_threads", MetricKind.Gauge, "Threads of the pool."), ThreadPool.ThreadCount);
        writer.WriteSingle(new MetricFamily("dotnet_threadpool_queue_length", MetricKind.Gauge, "Work that waits for a thread of the pool."), ThreadPool.PendingWorkItemCount);
    }
}
