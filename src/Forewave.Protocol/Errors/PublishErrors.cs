namespace Forewave.Protocol.Errors;

/// <summary>Errors 3xx: publishing.</summary>
internal static class PublishErrors
{
    public static ErrorEntry[] Rows { get; } =
    [
        new()
        {
            Code = ErrorCode.ProducerUnknown, HttpStatus = 409, Stored = StoredOutcome.Unknown,
            Happened = "The producer id is not known and its sequence is above 1: whether this was stored before cannot be told.",
            Advice = "Look unanswered messages up by key, then go on with a fresh producer id.",
        },
        new()
        {
            Code = ErrorCode.SequenceTooOld, HttpStatus = 409, Stored = StoredOutcome.Unknown,
            Happened = "The sequence is below the window of the last 65,536: whether it was stored is not known any more.",
            Advice = "Look the message up by its key before publishing it again.",
        },
        new()
        {
            Code = ErrorCode.SequenceGap, HttpStatus = 409,
            Happened = "The sequence is neither the next one nor a repeat.",
            Advice = "Send what is unanswered again, in order, without leaving a sequence out.",
        },
        new()
        {
            Code = ErrorCode.PreviousRefused, HttpStatus = 409, Retry = RetryAdvice.Same,
            Happened = "An earlier message of the same ordering key was refused, so this one was too.",
            Advice = "Send the refused one again, naming the sequence that it replaces, then this one.",
        },
        new()
        {
            Code = ErrorCode.TooManyProducers, HttpStatus = 429, Retry = RetryAdvice.Same,
            RetryAfter = TimeSpan.FromMilliseconds(60_000),
            Happened = "The partition remembers as many producer ids as it may.",
            Advice = "Reuse producers instead of making one for each message.",
        },
        new()
        {
            Code = ErrorCode.PublishTooFast, HttpStatus = 429, Retry = RetryAdvice.Same,
            RetryAfter = TimeSpan.FromMilliseconds(50),
            Happened = "More waits to be stored than the broker will hold in memory.",
            Advice = "Wait and send again; the SDK does.",
        },
        new()
        {
            Code = ErrorCode.TooManyDeduplicationIds, HttpStatus = 429, Retry = RetryAdvice.Same,
            RetryAfter = TimeSpan.FromMilliseconds(1_000),
            Happened = "The partition holds as many deduplication ids as it may; their windows are not shortened.",
            Advice = "Wait until some leave their window, shorten windows, or give deduplication more memory.",
        },
    ];
}
