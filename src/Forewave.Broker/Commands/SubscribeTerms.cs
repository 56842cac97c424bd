using Forewave.Broker.Delivery.Subscriptions;
using Forewave.Protocol;
using V1 = Forewave.Protocol.V1;

namespace Forewave.Broker.Commands;

/// <summary>The fields of a Subscribe that have rules, checked.</summary>
internal readonly record struct SubscribeTerms
{
    public required GroupName Group { get; init; }

    public required ConsumerId Consumer { get; init; }

    public required TagFilter? Filter { get; init; }

    public required HeldRange[] Held { get; init; }

    /// <exception cref="RefusedException">A field breaks its rule.</exception>
    public static SubscribeTerms Of(V1.Subscribe request)
    {
        if (!GroupName.TryParse(request.Group, out var group))
            throw new RefusedException(ErrorCode.NameInvalid, "A group's name is UTF-8 without control characters or commas, 1 to 64 bytes.");
        if (!ConsumerId.TryRead(request.ConsumerId.Span, out var consumer))
            throw new RefusedException(ErrorCode.FieldInvalid, "A consumer_id is 16 bytes and not 0.");
        if (request.ConsumerName.Length > 0 && !ConsumerName.TryParse(request.ConsumerName, out _))
            throw new RefusedException(ErrorCode.NameInvalid, "A consumer's name is UTF-8 without control characters or commas, at most 64 bytes.");
        if (request.VisibilityTimeout > Limits.MaxVisibilityTimeout.TotalMilliseconds)
            throw new RefusedException(ErrorCode.FieldInvalid, "A visibility timeout is at most 12 hours.");
        if (request.Held.Count > Limits.BatchesPerFrame)
            throw new RefusedException(ErrorCode.TooManyMessages, "A Subscribe lists more than 10,000 ranges.");
        if (request.Held.Sum(static range => (decimal)range.Count) > Limits.SettledPerFrame)
            throw new RefusedException(ErrorCode.TooManyMessages, "The ranges that a Subscribe lists hold more than 1,000,000 messages.");
        return new SubscribeTerms
        {
            Group = group,
            Consumer = consumer,
            Filter = FilterOf(request.TagFilter),
            Held = [.. request.Held.Select(HeldOf)],
        };
    }

    /// <summary>A tag filter; null for an empty text.</summary>
    public static TagFilter? FilterOf(string text)
    {
        if (text.Length == 0)
            return null;
        return TagFilter.TryParse(text, out var filter)
            ? filter
            : throw new RefusedException(ErrorCode.TagInvalid, "A tag filter is '*' or up to 64 tags separated by commas.");
    }

    private static HeldRange HeldOf(V1.OffsetRange range)
    {
        if (range.First == 0 || range.Count is 0 or > int.MaxValue || !Offset.TryFrom(range.First, out var first) || first.Value > long.MaxValue - int.MaxValue)
            throw new RefusedException(ErrorCode.FieldInvalid, "A held range has no first offset or no count.");
        return new HeldRange(first, (int)range.Count, new Attempt(range.Attempt));
    }
}
