namespace Forewave.Protocol.Errors;

/// <summary>Errors 1xx: the wire and its connection.</summary>
internal static class WireErrors
{
    public static ErrorEntry[] Rows { get; } =
    [
        new()
        {
            Code = ErrorCode.FrameTooLarge, HttpStatus = 413, ClosesConnection = true,
            Happened = "A frame is longer than the limit in the hello's answer.",
            Advice = "Split it; send fewer messages in a frame.",
        },
        new()
        {
            Code = ErrorCode.FrameBroken, HttpStatus = 400, ClosesConnection = true,
            Happened = "A frame has length 0, or its bytes are no frame of this protocol.",
            Advice = "Check that the peer speaks Forewave's protocol on this port, not HTTP or TLS.",
        },
        new()
        {
            Code = ErrorCode.HelloExpected, HttpStatus = 400, ClosesConnection = true,
            Happened = "The first frame was not a hello, or a second hello came.",
            Advice = "Send one hello first and wait for its answer.",
        },
        new()
        {
            Code = ErrorCode.ProtocolVersionUnsupported, HttpStatus = 426, ClosesConnection = true,
            Happened = "The broker does not speak the protocol version of the hello.",
            Advice = "Use an SDK of a version that this broker supports.",
        },
        new()
        {
            Code = ErrorCode.HelloTimeout, HttpStatus = 408, ClosesConnection = true,
            Retry = RetryAdvice.Same, RetryAfter = TimeSpan.FromMilliseconds(1_000),
            Happened = "No hello came within 10 s of connecting.",
            Advice = "Send the hello as soon as the connection is open.",
        },
        new()
        {
            Code = ErrorCode.HeartbeatMissed, HttpStatus = 408, ClosesConnection = true,
            Retry = RetryAdvice.Same, RetryAfter = TimeSpan.FromMilliseconds(1_000),
            Happened = "The peer sent nothing for three heartbeats.",
            Advice = "Connect again; look for a network that drops idle connections or a process that stood still.",
        },
        new()
        {
            Code = ErrorCode.TooManyConnections, HttpStatus = 503, ClosesConnection = true,
            Retry = RetryAdvice.Elsewhere, RetryAfter = TimeSpan.FromMilliseconds(1_000),
            Happened = "The broker has as many connections as it is allowed to.",
            Advice = "Share connections, or raise the broker's limit of connections and of open files.",
        },
        new()
        {
            Code = ErrorCode.TooManyRequests, HttpStatus = 429, Retry = RetryAdvice.Same,
            RetryAfter = TimeSpan.FromMilliseconds(100),
            Happened = "More requests are unanswered than a client may have in flight.",
            Advice = "Wait for answers before sending more.",
        },
        new()
        {
            Code = ErrorCode.UnknownHandle, HttpStatus = 404,
            Happened = "A handle for a queue, producer or subscription is not known on this connection.",
            Advice = "Open it on this connection first; handles end with their connection.",
        },
        new()
        {
            Code = ErrorCode.TooManyHandles, HttpStatus = 429,
            Happened = "The connection has as many handles as it may have.",
            Advice = "Use a further connection.",
        },
        new()
        {
            Code = ErrorCode.CapabilityMissing, HttpStatus = 501,
            Happened = "The request needs a capability that the broker does not have.",
            Advice = "Ask only for what the hello's answer lists, or upgrade the broker.",
        },
        new()
        {
            Code = ErrorCode.FieldInvalid, HttpStatus = 400,
            Happened = "A field of the request is missing or has a value that is not allowed.",
            Advice = "Correct the field that the text names.",
        },
        new()
        {
            Code = ErrorCode.SdkTooOld, HttpStatus = 426, ClosesConnection = true,
            Happened = "The SDK is older than the least version that the broker's operator allows (minSdkVersions).",
            Advice = "Upgrade the SDK to the version that the text names, or have minSdkVersions lowered.",
        },
        new()
        {
            Code = ErrorCode.TooManyUserConnections, HttpStatus = 429, ClosesConnection = true, Retry = RetryAdvice.Same, RetryAfter = TimeSpan.FromMilliseconds(1_000),
            Happened = "The user has as many connections as its quota allows.",
            Advice = "Share connections, or have userConnections raised.",
        },
    ];
}
