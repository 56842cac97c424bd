namespace Forewave.Protocol.Frames;

/// <summary>What may be wrong with a message, for its reader and its writer alike.</summary>
internal static class MessageProblems
{
    public static readonly long MaxDelayMilliseconds = (long)Limits.MaxDelay.TotalMilliseconds;

    public static FrameProblem Broken => new(ErrorCode.MessageBroken, "the bytes of a message are no valid encoding");

    public static FrameProblem TooManyKeys => new(ErrorCode.TooManyKeys, "a message has more than 8 keys");

    public static FrameProblem KeyTooLong =>
        new(ErrorCode.KeyTooLong, "a key, ordering key or deduplication id is longer than 255 bytes");

    public static FrameProblem NotUtf8 =>
        new(ErrorCode.MessageBroken, "a key, ordering key or deduplication id is not well-formed Unicode");

    public static FrameProblem Tag =>
        new(ErrorCode.TagInvalid, "a tag is not UTF-8 of at most 255 bytes without control characters and commas");

    public static FrameProblem HeadersTooLarge =>
        new(ErrorCode.HeadersTooLarge, "a message has more than 128 headers or more than 16 KiB of them");

    public static FrameProblem HeaderName =>
        new(ErrorCode.HeaderInvalid, "a header's name is empty, has control characters or is not well-formed Unicode");

    public static FrameProblem Priority => FrameProblem.Field("a priority is not 0 to 9");

    public static FrameProblem Time => FrameProblem.Field("a time or delay is beyond 2^63 milliseconds");

    public static FrameProblem TwoDeliveryTimes => FrameProblem.Field("a message has both deliver_at and delay");

    public static FrameProblem TwoExpiryTimes => FrameProblem.Field("a message has both expires_at and time_to_live");

    public static FrameProblem LifeTooLong => new(ErrorCode.ExpiryTimeInvalid, "a time to live is longer than 10 years");

    public static FrameProblem DelayTooLong => new(ErrorCode.DeliveryTimeInvalid, "a delay is longer than 10 years");

    public static FrameProblem TooLarge => new(ErrorCode.MessageTooLarge, "an encoded message is larger than 4 MiB");
}
