namespace Forewave.Server;

/// <summary>How telemetry is sent to a collector of OpenTelemetry.</summary>
public enum OtlpProtocol
{
    /// <summary>Protocol Buffers over HTTP; collectors take it on port 4318.</summary>
    HttpProtobuf,

    /// <summary>gRPC, over HTTP/2; port 4317.</summary>
    Grpc,
}
