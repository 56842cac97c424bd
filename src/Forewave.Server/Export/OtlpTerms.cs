using OpenTelemetry.Exporter;

namespace Forewave.Server.Export;

/// <summary>Where telemetry goes, as the settings say it. Immutable.</summary>
/// <param name="Endpoint">The collector.</param>
/// <param name="Protocol">How it is spoken to.</param>
internal sealed record OtlpTerms(Uri Endpoint, OtlpProtocol Protocol)
{
    /// <summary>The terms of a broker; null: nothing is sent.</summary>
    /// <exception cref="ArgumentException">They cannot be.</exception>
    public static OtlpTerms? Of(ForewaveBrokerOptions options)
    {
        if (string.IsNullOrEmpty(options.Otlp))
            return null;
        if (options.OtlpInterval < TimeSpan.FromMilliseconds(100))
            throw new ArgumentException("otlpInterval is at least 100ms", nameof(options));
        bool isUrl = Uri.TryCreate(options.Otlp, UriKind.Absolute, out var endpoint) && endpoint.Scheme is "http" or "https";
        if (!isUrl || endpoint!.UserInfo.Length > 0 || endpoint.Query.Length > 0 || endpoint.Fragment.Length > 0)
            throw new ArgumentException("otlp is an address such as http://127.0.0.1:4318, without a user, a query or a fragment", nameof(options));
        return new OtlpTerms(endpoint, options.OtlpProtocol);
    }

    /// <summary>Sets what the exporter of a signal would take from the environment otherwise; the rest of that counts as it stands there.</summary>
    /// <param name="exporter">The exporter's.</param>
    /// <param name="signal"><c>metrics</c>, <c>traces</c> or <c>logs</c>: the last part of the path over HTTP.</param>
    public void Apply(OtlpExporterOptions exporter, string signal)
    {
        bool isGrpc = Protocol == OtlpProtocol.Grpc;
        exporter.Protocol = isGrpc ? OtlpExportProtocol.Grpc : OtlpExportProtocol.HttpProtobuf;
        exporter.Endpoint = isGrpc ? Endpoint : new Uri($"{Endpoint.AbsoluteUri.TrimEnd('/')}/v1/{signal}");
    }
}
