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
        new()
        {
            Code = ErrorCode.TransactionNotFound, HttpStatus = 404,
            Happened = "No transaction of this id is open or remembered, or it is of another producer name.",
            Advice = "Look among the open transactions; one that was never committed has left nothing behind.",
        },
        new()
        {
            Code = ErrorCode.TransactionDecided, HttpStatus = 409,
            Happened = "The transaction was decided before, in another way than the request needs.",
            Advice = "Find out which answer was right: the first one counts.",
        },
        new()
        {
            Code = ErrorCode.TransactionSpansPartitions, HttpStatus = 409,
            Happened = "A message of a transaction belongs to another partition than the transaction.",
            Advice = "Give the messages of a transaction ordering keys of one partition, or publish that message in a transaction of its own.",
        },
        new()
        {
            Code = ErrorCode.TransactionTooLarge, HttpStatus = 413,
            Happened = "A transaction would have more messages or bytes than one may.",
            Advice = "Divide it, or put what is large elsewhere and name it in the message.",
        },
        new()
        {
            Code = ErrorCode.TooManyTransactions, HttpStatus = 429, Retry = RetryAdvice.Same,
            RetryAfter = TimeSpan.FromMilliseconds(1_000),
            Happened = "As many transactions are open as may be, or they have as many messages.",
            Advice = "Find out why transactions stay open; decide those that wait.",
        },
        new()
        {
            Code = ErrorCode.CheckBackMissing, HttpStatus = 409,
            Happened = "The producer cannot be asked what became of its transactions.",
            Advice = "Give the producer a check-back handler before it begins transactions.",
        },
        new()
        {
            Code = ErrorCode.DeduplicationIdHeld, HttpStatus = 409, Retry = RetryAdvice.Same,
            RetryAfter = TimeSpan.FromMilliseconds(250),
            Happened = "A message has the deduplication id of a message of a transaction that is not decided: whether it is a repeat will be known then.",
            Advice = "Send it again until the other transaction is decided; when that takes long, look why it stays open.",
        },
    ];
}
