using System.Text.Unicode;

namespace Forewave.Protocol.Frames;

/// <summary>
/// Validates one encoded Message completely: structure, UTF-8, limits. What it accepts parses in every language. Unknown
/// fields are passed over and stay where they are. Stateless; allocates nothing; never throws on what it is given.
/// </summary>
public static class MessageReader
{
    /// <summary>Reads <paramref name="message"/>, without the tag and length that it has in a run.</summary>
    /// <param name="message">The encoded message; its owner keeps it, the view points into it.</param>
    /// <param name="view">What it holds.</param>
    /// <param name="problem">Why not, when false: a code of 2xx, or <see cref="ErrorCode.FieldInvalid"/>.</param>
    public static bool TryRead(ReadOnlySpan<byte> message, out MessageView view, out FrameProblem problem)
    {
        view = new MessageView(message);
        problem = default;
        if (message.Length > Limits.MessageBytes)
        {
            problem = MessageProblems.TooLarge;
            return false;
        }
        var reader = new ProtoReader(message);
        while (!reader.IsAtEnd)
        {
            bool read = reader.TryReadTag(out uint tag);
            if (read && (tag & 7) == ProtoTag.Bytes)
            {
                read = reader.TryReadBytes(out var value);
                if (tag == MessageTag.Body)
                    view.Body = value;
                else
                    problem = ReadBytes(tag, value, ref view);
            }
            else if (read && (tag & 7) == ProtoTag.Varint)
            {
                read = reader.TryReadVarint(out ulong value);
                problem = ReadNumber(tag, value, ref view);
            }
            else
            {
                read = read && reader.TrySkip(tag);
            }
            if (!read)
                problem = MessageProblems.Broken;
            if (!problem.IsNone)
                return false;
        }
        problem = CheckTimes(view);
        return problem.IsNone;
    }

    /// <summary>
    /// The tag of a message that was validated before, empty where it has none: what the filter of a group looks at, without
    /// the cost of validating again.
    /// </summary>
    public static ReadOnlySpan<byte> ReadTag(ReadOnlySpan<byte> message) => ReadBytesOf(message, MessageTag.Tag);

    /// <summary>The deduplication id of a message that was validated before, empty where it has none.</summary>
    public static ReadOnlySpan<byte> ReadDeduplicationId(ReadOnlySpan<byte> message) => ReadBytesOf(message, MessageTag.DeduplicationId);

    private static ReadOnlySpan<byte> ReadBytesOf(ReadOnlySpan<byte> message, uint wanted)
    {
        ReadOnlySpan<byte> found = default;
        var reader = new ProtoReader(message);
        while (!reader.IsAtEnd && reader.TryReadTag(out uint tag))
        {
            if (!(tag == wanted ? reader.TryReadBytes(out found) : reader.TrySkip(tag)))
                return default;
        }
        return found;
    }

    /// <summary>The keys of a message that was validated before, without the cost of validating again.</summary>
    public static MessageKeys ReadKeys(ReadOnlySpan<byte> message) => new(message);

    /// <summary>The headers of a message that was validated before, without the cost of validating again.</summary>
    public static MessageHeaders ReadHeaders(ReadOnlySpan<byte> message) => new(message);

    private static FrameProblem ReadBytes(uint tag, ReadOnlySpan<byte> value, ref MessageView view)
    {
        switch (tag)
        {
            case MessageTag.Key:
                view.KeyCount++;
                return view.KeyCount > Limits.Keys ? MessageProblems.TooManyKeys : CheckKey(value);
            case MessageTag.Tag:
                view.Tag = value;
                return value.IsEmpty || NameRules.IsText(value, Limits.TagBytes) ? default : MessageProblems.Tag;
            case MessageTag.Header:
                return ReadHeader(value, ref view);
            case MessageTag.OrderingKey:
                view.OrderingKey = value;
                return CheckKey(value);
            case MessageTag.DeduplicationId:
                view.DeduplicationId = value;
                return CheckKey(value);
            default:
                return default;
        }
    }

    private static FrameProblem CheckKey(ReadOnlySpan<byte> key)
    {
        if (key.Length > Limits.KeyBytes)
            return MessageProblems.KeyTooLong;
        return Utf8.IsValid(key) ? default : MessageProblems.NotUtf8;
    }

    private static FrameProblem ReadHeader(ReadOnlySpan<byte> encoded, ref MessageView view)
    {
        if (!HeaderView.TryRead(encoded, out var header))
            return MessageProblems.Broken;
        view.HeaderCount++;
        view.HeadersBytes += header.Name.Length + header.Value.Length;
        if (view.HeaderCount > Limits.Headers || view.HeadersBytes > Limits.HeadersBytes)
            return MessageProblems.HeadersTooLarge;
        return NameRules.IsHeaderName(header.Name) ? default : MessageProblems.HeaderName;
    }

    private static FrameProblem ReadNumber(uint tag, ulong value, ref MessageView view)
    {
        if (tag == MessageTag.Priority)
        {
            view.Priority = (int)Math.Min(value, int.MaxValue);
            return value <= Limits.MaxPriority ? default : MessageProblems.Priority;
        }
        if (tag is < MessageTag.DeliverAt or > MessageTag.TimeToLive)
            return default;
        if (value > long.MaxValue)
            return MessageProblems.Time;
        long milliseconds = (long)value;
        switch (tag)
        {
            case MessageTag.DeliverAt:
                view.DeliverAtMilliseconds = milliseconds;
                break;
            case MessageTag.Delay:
                view.DelayMilliseconds = milliseconds;
                break;
            case MessageTag.ExpiresAt:
                view.ExpiresAtMilliseconds = milliseconds;
                break;
            case MessageTag.TimeToLive:
                view.TimeToLiveMilliseconds = milliseconds;
                break;
        }
        return default;
    }

    private static FrameProblem CheckTimes(in MessageView view)
    {
        if (view.DeliverAtMilliseconds != 0 && view.DelayMilliseconds != 0)
            return MessageProblems.TwoDeliveryTimes;
        if (view.ExpiresAtMilliseconds != 0 && view.TimeToLiveMilliseconds != 0)
            return MessageProblems.TwoExpiryTimes;
        if (view.TimeToLiveMilliseconds > MessageProblems.MaxDelayMilliseconds)
            return MessageProblems.LifeTooLong;
        return view.DelayMilliseconds > MessageProblems.MaxDelayMilliseconds ? MessageProblems.DelayTooLong : default;
    }
}
