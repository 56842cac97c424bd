using System.Diagnostics.Metrics;
using Forewave.Server.Http;
using Forewave.Server.Metrics;
using Microsoft.Extensions.Logging;
using OpenTelemetry;
using OpenTelemetry.Exporter;
using OpenTelemetry.Metrics;
using OpenTelemetry.Trace;

namespace Forewave.Server.Export;

/// <summary>
/// Sends a broker's metrics and spans to a collector of OpenTelemetry, on threads of its own: nothing that serves clients waits for it,
/// and a collector that is away costs what would have been sent and nothing else. Made and disposed once; thread-safe.
/// </summary>
internal sealed class TelemetryExport : IAsyncDisposable
{
    /// <summary>Series of an instrument whose tags are closed sets.</summary>
    private const int ClosedSeries = 1_000;

    /// <summary>Series of a group: one for each priority.</summary>
    private const int SeriesOfGroup = 10;

    /// <summary>For the last export.</summary>
    private static readonly TimeSpan EndTime = TimeSpan.FromSeconds(2);

    private readonly MeterProvider? _metrics;
    private readonly TracerProvider? _traces;

    private TelemetryExport(MeterProvider? metrics, TracerProvider? traces)
    {
        _metrics = metrics;
        _traces = traces;
    }

    /// <summary>Begins, where the options name a collector; else null.</summary>
    public static TelemetryExport? Start(ForewaveBrokerOptions options, BrokerMeters meters, ILogger logger)
    {
        if (OtlpTerms.Of(options) is not { } terms || !options.OtlpMetrics && !options.OtlpTraces)
            return null;
        ExportWatch metrics = new("metrics", logger), traces = new("traces", logger);
        AddCounts(meters, [metrics, traces]);
        ServerLog.ExportBegan(logger, terms.Endpoint, !options.OtlpTraces ? "metrics" : options.OtlpMetrics ? "metrics, traces" : "traces");
        return new TelemetryExport(
            options.OtlpMetrics ? Metrics(options, meters, terms, metrics) : null, options.OtlpTraces ? Traces(options, terms, traces) : null);
    }

    /// <summary>Sends what is there still, for a short time at most, and ends.</summary>
    public async ValueTask DisposeAsync() => await Task.Run(End);

    private void End()
    {
        _metrics?.Shutdown((int)EndTime.TotalMilliseconds);
        _traces?.Shutdown((int)EndTime.TotalMilliseconds);
        _metrics?.Dispose();
        _traces?.Dispose();
    }

    private static MeterProvider Metrics(ForewaveBrokerOptions options, BrokerMeters meters, OtlpTerms terms, ExportWatch watch)
    {
        OtlpExporterOptions exporter = new();
        terms.Apply(exporter, "metrics");
        PeriodicExportingMetricReader reader = new(new WatchedMetricExporter(exporter, watch), (int)options.OtlpInterval.TotalMilliseconds)
        {
            TemporalityPreference = MetricReaderTemporalityPreference.Cumulative,
        };
        return Sdk.CreateMeterProviderBuilder()
            .SetResourceBuilder(TelemetryResource.Of(options))
            .AddMeter(BrokerMeters.Names)
            .AddView(instrument => ViewOf(instrument, options, meters))
            .AddReader(reader)
            .Build();
    }

    private static TracerProvider Traces(ForewaveBrokerOptions options, OtlpTerms terms, ExportWatch watch)
    {
        OtlpExporterOptions exporter = new();
        terms.Apply(exporter, "traces");
        return Sdk.CreateTracerProviderBuilder()
            .SetResourceBuilder(TelemetryResource.Of(options))
            .AddSource("Forewave.Broker", HttpSpans.Name)
            .AddProcessor(new BatchActivityExportProcessor(new WatchedTraceExporter(exporter, watch)))
            .Build();
    }

    // Of this broker alone; memory for the series of each instrument is taken ahead, so what has few is said to have few.
    private static MetricStreamConfiguration ViewOf(Instrument instrument, ForewaveBrokerOptions options, BrokerMeters meters)
    {
        if (instrument.Meter.Scope is not BrokerMeters scope || !scope.AreOf(meters))
            return MetricStreamConfiguration.Drop;
        int series = instrument.Meter.Name switch
        {
            BrokerMeters.OfGroups when instrument.Name.Contains(".unread", StringComparison.Ordinal) => SeriesOfGroup * options.GroupMetrics + 1,
            BrokerMeters.OfGroups => options.GroupMetrics + 1,
            BrokerMeters.OfQueues => options.QueueMetrics + 1,
            "Forewave.Server" => ClosedSeries,
            _ => ClosedSeries / 10,
        };
        return new MetricStreamConfiguration { CardinalityLimit = Math.Max(1, series) };
    }

    private static void AddCounts(BrokerMeters meters, ExportWatch[] watches)
    {
        var meter = meters.Create(new MeterOptions("Forewave.Server.Export"));
        meter.CreateObservableCounter(
            "forewave.telemetry.exports", () => Count(watches, static watch => watch.Sent), "{export}", "Exports of telemetry that the collector took, by signal");
        meter.CreateObservableCounter(
            "forewave.telemetry.exports.failed", () => Count(watches, static watch => watch.Failed), "{export}",
            "Exports of telemetry that failed, by signal: what was in them is lost");
    }

    private static IEnumerable<Measurement<long>> Count(ExportWatch[] watches, Func<ExportWatch, long> count) =>
        watches.Select(watch => new Measurement<long>(count(watch), new KeyValuePair<string, object?>("forewave.telemetry.signal", watch.Signal)));
}
