namespace Forewave.Server.Configuration;

/// <summary>
/// Settings of what is sent to a collector of OpenTelemetry, with the variables that every such program takes. Stateless.
/// </summary>
internal static class TelemetrySettings
{
    /// <summary>All of them.</summary>
    public static IReadOnlyList<BrokerSetting> All { get; } =
    [
        new("otlp", options => options.Otlp ?? "", (options, text) => options with { Otlp = BrokerSettings.Given(text) })
        {
            Standard = "OTEL_EXPORTER_OTLP_ENDPOINT",
        },
        new("otlpProtocol", options => NameOf(options.OtlpProtocol), (options, text) => options with { OtlpProtocol = ProtocolOf(text) })
        {
            Standard = "OTEL_EXPORTER_OTLP_PROTOCOL",
        },
        BrokerSettings.Switch("otlpMetrics", options => options.OtlpMetrics, (options, on) => options with { OtlpMetrics = on }) with
        {
            Standard = "OTEL_METRICS_EXPORTER", FromStandard = IsOtlp,
        },
        BrokerSettings.Switch("otlpTraces", options => options.OtlpTraces, (options, on) => options with { OtlpTraces = on }) with
        {
            Standard = "OTEL_TRACES_EXPORTER", FromStandard = IsOtlp,
        },
        BrokerSettings.Switch("otlpLogs", options => options.OtlpLogs, (options, on) => options with { OtlpLogs = on }) with
        {
            Standard = "OTEL_LOGS_EXPORTER", FromStandard = IsOtlp,
        },
        BrokerSettings.Duration("otlpInterval", TimeSpan.FromHours(1), options => options.OtlpInterval, (options, time) => options with { OtlpInterval = time }) with
        {
            Standard = "OTEL_METRIC_EXPORT_INTERVAL", FromStandard = static milliseconds => milliseconds + "ms",
        },
    ];

    private static string NameOf(OtlpProtocol protocol) => protocol == OtlpProtocol.Grpc ? "grpc" : "http/protobuf";

    private static OtlpProtocol ProtocolOf(string text) => text switch
    {
        "http/protobuf" => OtlpProtocol.HttpProtobuf,
        "grpc" => OtlpProtocol.Grpc,
        _ => throw new FormatException("a protocol is http/protobuf or grpc"),
    };

    // A list of exporters; there is one here, what else it names is for others.
    private static string IsOtlp(string exporters) => exporters.Split(',', StringSplitOptions.TrimEntries).Contains("otlp") ? "true" : "false";
}
