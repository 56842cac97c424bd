namespace Forewave.Protocol.Errors;

/// <summary>Errors 2xx: names and limits.</summary>
internal static class NameAndLimitErrors
{
    public static ErrorEntry[] Rows { get; } =
    [
        new()
        {
            Code = ErrorCode.NameInvalid, HttpStatus = 400,
            Happened = "A name of a queue, group, producer or consumer breaks the rules for names.",
            Advice = "Choose a name by docs/limits.md.",
        },
        new()
        {
            Code = ErrorCode.MessageTooLarge, HttpStatus = 413,
            Happened = "An encoded message is larger than 4 MiB.",
            Advice = "Store the body elsewhere and publish where it is.",
        },
        new()
        {
            Code = ErrorCode.MessageBroken, HttpStatus = 400,
            Happened = "The bytes of a message are no valid encoding of one.",
            Advice = "Encode messages with an SDK or with code generated from the proto files; text must be valid UTF-8.",
        },
        new()
        {
            Code = ErrorCode.TooManyMessages, HttpStatus = 413,
            Happened = "A frame carries more messages, batches or runs than allowed.",
            Advice = "Split the frame.",
        },
        new()
        {
            Code = ErrorCode.TooManyKeys, HttpStatus = 400,
            Happened = "A message has more than 8 keys.",
            Advice = "Put what is not looked up into headers.",
        },
        new()
        {
            Code = ErrorCode.KeyTooLong, HttpStatus = 400,
            Happened = "A key, ordering key or deduplication id is longer than 255 bytes.",
            Advice = "Shorten it, for example by a hash.",
        },
        new()
        {
            Code = ErrorCode.TagInvalid, HttpStatus = 400,
            Happened = "A tag has control characters, a comma or more than 255 bytes, or a tag filter is not made of tags.",
            Advice = "Choose tags by docs/limits.md.",
        },
        new()
        {
            Code = ErrorCode.HeadersTooLarge, HttpStatus = 413,
            Happened = "A message has more than 128 headers, or more than 16 KiB of them.",
            Advice = "Put large values into the body.",
        },
        new()
        {
            Code = ErrorCode.HeaderInvalid, HttpStatus = 400,
            Happened = "A header has no name, or a name with control characters.",
            Advice = "Name each header.",
        },
        new()
        {
            Code = ErrorCode.DeliveryTimeInvalid, HttpStatus = 400,
            Happened = "A message is to be delivered in the past, or later than in 10 years.",
            Advice = "Give a time ahead, or a delay, which does not depend on this machine's clock.",
        },
        new ErrorEntry
        {
            Code = ErrorCode.ExpiryTimeInvalid, HttpStatus = 400,
            Happened = "A message expires in the past, later than in 10 years, or before it is due.",
            Advice = "Give a time ahead and after the time of delivery; a time to live counts from the message's arrival.",
        },
        new()
        {
            Code = ErrorCode.QuotaExceeded, HttpStatus = 429, Retry = RetryAdvice.Same, RetryAfter = TimeSpan.FromMilliseconds(100),
            Happened = "A quota of messages or bytes a second is used up: the queue's, the user's or the connection's.",
            Advice = "Send again after the time that the error names; the SDK does. An operator sets quotas: forewave config get.",
        },
        new()
        {
            Code = ErrorCode.QueueFull, HttpStatus = 429, Retry = RetryAdvice.Same, RetryAfter = TimeSpan.FromMilliseconds(250),
            Happened = "The queue is as long as it may be: its slowest group has as many messages to do as queueLength allows.",
            Advice = "Consume, or delete a group that nobody needs; the SDK sends again meanwhile.",
        },
    ];
}
