using System.Diagnostics;
using OpenTelemetry;
using OpenTelemetry.Exporter;

namespace Forewave.Server.Export;

/// <summary>Sends spans, and tells what became of it.</summary>
internal sealed class WatchedTraceExporter(OtlpExporterOptions options, ExportWatch watch) : OtlpTraceExporter(options)
{
    /// <inheritdoc/>
    public override ExportResult Export(in Batch<Activity> activityBatch)
    {
        var result = base.Export(activityBatch);
        watch.Note(result == ExportResult.Success);
        return result;
    }
}
