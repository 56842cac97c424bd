using OpenTelemetry.Resources;

namespace Forewave.Server.Export;

/// <summary>Who sends telemetry: the service <c>forewave</c> unless the environment names it otherwise. Stateless.</summary>
internal static class TelemetryResource
{
    /// <summary>
    /// The broker. Its instance is its name in its group, the same after every start; alone it has a new one each time.
    /// <c>OTEL_SERVICE_NAME</c> and <c>OTEL_RESOURCE_ATTRIBUTES</c> win.
    /// </summary>
    public static ResourceBuilder Of(ForewaveBrokerOptions options)
    {
        string? version = typeof(TelemetryResource).Assembly.GetName().Version?.ToString(3);
        return ResourceBuilder.CreateEmpty()
            .AddTelemetrySdk()
            .AddService("forewave", serviceVersion: version, autoGenerateServiceInstanceId: options.Broker is null, serviceInstanceId: options.Broker)
            .AddAttributes([new("messaging.destination.partition.id", options.Partition.ToString(System.Globalization.CultureInfo.InvariantCulture))])
            .AddEnvironmentVariableDetector();
    }
}
