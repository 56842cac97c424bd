using System.Diagnostics;

namespace Forewave.Server.Metrics;

/// <summary>What the process and the runtime use, under Prometheus' customary names.</summary>
internal static class ProcessMetrics
{
    /// <summary>Writes them.</summary>
    public static void WriteTo(PrometheusWriter writer)
    {
        using var process = Process.GetCurrentProcess();
        writer.WriteSingle(new MetricFamily("process_cpu_seconds_total", MetricKind.Counter, "Processor time used."), process.TotalProcessorTime.TotalSeconds);
        writer.WriteSingle(new MetricFamily("process_resident_memory_bytes", MetricKind.Gauge, "Memory in use."), process.WorkingSet64);
        writer.WriteSingle(new MetricFamily("process_threads", MetricKind.Gauge, "Threads of the process."), process.Threads.Count);
        writer.WriteSingle(new MetricFamily("process_start_time_seconds", MetricKind.Gauge, "When the process started, in Unix time."), new DateTimeOffset(process.StartTime).ToUnixTimeMilliseconds() / 1000.0);
        WriteRuntimeTo(writer);
    }

    private static void WriteRuntimeTo(PrometheusWriter writer)
    {
        writer.WriteFamily(new MetricFamily("dotnet_gc_collections_total", MetricKind.Counter, "Collections, by generation."));
        for (int generation = 0; generation <= GC.MaxGeneration; generation++)
        {
            KeyValuePair<string, object?> tag = new("generation", generation);
            writer.WriteValue("dotnet_gc_collections_total", MetricLabels.Of([tag]), GC.CollectionCount(generation));
        }
        writer.WriteSingle(new MetricFamily("dotnet_gc_pause_seconds_total", MetricKind.Counter, "Time that collections stopped the process."), GC.GetTotalPauseDuration().TotalSeconds);
        writer.WriteSingle(new MetricFamily("dotnet_gc_allocated_bytes_total", MetricKind.Counter, "Managed memory allocated."), GC.GetTotalAllocatedBytes());
        writer.WriteSingle(new MetricFamily("dotnet_gc_heap_bytes", MetricKind.Gauge, "Managed memory in use."), GC.GetTotalMemory(forceFullCollection: false));
        writer.WriteSingle(new MetricFamily("dotnet_threadpool_threads", MetricKind.Gauge, "Threads of the pool."), ThreadPool.ThreadCount);
        writer.WriteSingle(new MetricFamily("dotnet_threadpool_queue_length", MetricKind.Gauge, "Work that waits for a thread of the pool."), ThreadPool.PendingWorkItemCount);
    }
}
