namespace Forewave.Protocol.Errors;

/// <summary>Errors 7xx: found by the client itself.</summary>
internal static class ClientErrors
{
    public static ErrorEntry[] Rows { get; } =
    [
        new()
        {
            Code = ErrorCode.Timeout, HttpStatus = 504, Retry = RetryAdvice.Same,
            Happened = "The call's deadline passed before the request was sent.",
            Advice = "Give it more time, or look at why the broker is slow or away.",
        },
        new()
        {
            Code = ErrorCode.OutcomeUnknown, HttpStatus = 504, Stored = StoredOutcome.Unknown,
            Happened = "The request was sent and no answer came before the deadline: it may be done or not.",
            Advice = "Look the message up before publishing it again, or publish with a deduplication id.",
        },
        new()
        {
            Code = ErrorCode.Disconnected, HttpStatus = 503, Retry = RetryAdvice.Same,
            Happened = "There is no connection to the broker.",
            Advice = "Check the address and that the broker runs; the SDK connects again by itself.",
        },
        new()
        {
            Code = ErrorCode.BufferFull, HttpStatus = 429, Retry = RetryAdvice.Same,
            Happened = "The producer's buffer is full of messages without an answer.",
            Advice = "Wait for earlier sends, or raise the buffer's bound.",
        },
        new()
        {
            Code = ErrorCode.ClientClosed, HttpStatus = 409,
            Happened = "The client, producer or consumer was closed.",
            Advice = "Make a new one.",
        },
        new()
        {
            Code = ErrorCode.NotARequest, HttpStatus = 400,
            Happened = "The message is no request: it does not say where its reply goes.",
            Advice = "Publish it with a requester, or settle it without a reply.",
        },
        new()
        {
            Code = ErrorCode.RequestFailed, HttpStatus = 502,
            Happened = "The responder could not do what the request asked for.",
            Advice = "Read the reason; what the responder did is between the two programs.",
        },
        new()
        {
            Code = ErrorCode.NoReply, HttpStatus = 504, Stored = StoredOutcome.Unknown,
            Happened = "The request was stored and no reply came before the deadline.",
            Advice = "Look whether a responder runs; the request may still be handled, so ask again only for what may be done twice.",
        },
        new()
        {
            Code = ErrorCode.DurabilityNotReached, HttpStatus = 502, Stored = StoredOutcome.Unknown,
            Happened = "The message is stored, less durably than its producer asks for.",
            Advice = "Go on, or wait until the slave is in sync and publish what has to be there; a new publish makes a second message.",
        },
        new()
        {
            Code = ErrorCode.TlsFailed, HttpStatus = 502,
            Happened = "TLS with the broker failed, or its certificate is not trusted or is for another name.",
            Advice = "Check that the broker has TLS on this port, that the authorities' file has who signed its certificate, and that this has the name or address given.",
        },
    ];
}
