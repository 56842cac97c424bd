using Forewave.Protocol;
using Forewave.Server.Http;
using Forewave.Server.Http.Routing;
using Forewave.Server.Metrics;
using Microsoft.Extensions.Logging;

namespace Forewave.Server.Listeners;

/// <summary>What the listeners serve.</summary>
/// <param name="Door">For frames.</param>
/// <param name="Readiness">What the health checks answer.</param>
/// <param name="Loggers">Where to log.</param>
/// <param name="End">Cancelled when the broker has stopped: sessions that are left end without a word.</param>
internal sealed record HostParts(
    PartitionDoor Door, BrokerReadiness Readiness, ILoggerFactory Loggers, CancellationToken End)
{
    /// <summary>What is shown at /metrics; null where that is switched off.</summary>
    public MetricCollector? Metrics { get; init; }

    /// <summary>Who may ask over HTTP.</summary>
    public required IApiGuard Guard { get; init; }

    /// <summary>The HTTP API; null where it is switched off.</summary>
    public HttpApi? Api { get; init; }

    /// <summary>What both listeners show; null: no TLS.</summary>
    public TlsCertificate? Tls { get; init; }

    /// <summary>Those who are agreeing on TLS.</summary>
    public HandshakeCount Handshakes { get; init; } = new();

    /// <summary>Connections to the HTTP port at most.</summary>
    public int MaxHttpConnections { get; init; } = Limits.HttpConnections;

    /// <summary>How many there are.</summary>
    public HttpConnectionCount HttpConnections { get; init; } = new();
}
