using Microsoft.Extensions.Logging;
using OpenTelemetry.Logs;

namespace Forewave.Server.Export;

/// <summary>Sends log lines to the collector of a broker's settings, beside where else they go. Stateless.</summary>
internal static class LogExport
{
    /// <summary>Adds it where the options want it; the loggers own it.</summary>
    public static ILoggingBuilder AddForewaveExport(this ILoggingBuilder logging, ForewaveBrokerOptions options)
    {
        if (!options.OtlpLogs || OtlpTerms.Of(options) is not { } terms)
            return logging;
        return logging.AddOpenTelemetry(export =>
        {
            export.SetResourceBuilder(TelemetryResource.Of(options));
            export.IncludeScopes = true;
            export.AddOtlpExporter(exporter => terms.Apply(exporter, "logs"));
        });
    }
}
