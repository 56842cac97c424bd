using OpenTelemetry;
using OpenTelemetry.Exporter;
using OpenTelemetry.Metrics;

namespace Forewave.Server.Export;

/// <summary>Sends metrics, and tells what became of it.</summary>
internal sealed class WatchedMetricExporter(OtlpExporterOptions options, ExportWatch watch) : OtlpMetricExporter(options)
{
    /// <inheritdoc/>
    public override ExportResult Export(in Batch<Metric> batch)
    {
        var result = base.Export(batch);
        watch.Note(result == ExportResult.Success);
        return result;
    }
}
