namespace Forewave.Protocol.Errors;

/// <summary>Errors 4xx: consuming and settling.</summary>
internal static class ConsumeErrors
{
    public static ErrorEntry[] Rows { get; } =
    [
        new()
        {
            Code = ErrorCode.GroupFilterDiffers, HttpStatus = 409,
            Happened = "The group has another tag filter than the one given.",
            Advice = "Subscribe with the group's filter or with none, or change the group's.",
        },
        new()
        {
            Code = ErrorCode.LeaseLost, HttpStatus = 409,
            Happened = "The lease expired and the message was handed out again, or it is settled in another way.",
            Advice = "Give the message up here; make the visibility timeout longer than the work, or extend.",
        },
        new()
        {
            Code = ErrorCode.HandleInvalid, HttpStatus = 400,
            Happened = "A lease handle is malformed or names nothing that was leased.",
            Advice = "Pass the handle back exactly as it was received.",
        },
        new()
        {
            Code = ErrorCode.NotTheOnlyConsumer, HttpStatus = 409,
            Happened = "Acking up to an offset is for the only consumer of a group, and the group has several.",
            Advice = "Ack single messages or lists.",
        },
        new()
        {
            Code = ErrorCode.UnsettledLimit, HttpStatus = 429, Retry = RetryAdvice.Same,
            RetryAfter = TimeSpan.FromMilliseconds(1_000),
            Happened = "The group has 1,000,000 messages that are handed out and not settled, or what it has not settled takes 64 MiB of memory (that of all groups: 512 MiB).",
            Advice = "Settle what was received; look for consumers that never do.",
        },
        new()
        {
            Code = ErrorCode.SubscriptionEnded, HttpStatus = 409, Retry = RetryAdvice.Same,
            Happened = "The subscription was ended: its queue or group was deleted, or its consumer id came on another connection.",
            Advice = "Subscribe again if that was not intended.",
        },
    ];
}
