using System.Text;

namespace Forewave.Protocol.Frames;

/// <summary>
/// Encodes one message as it stands in a run: <c>7A length bytes</c>. Measured first, which also checks every limit, so that a
/// client refuses what the broker would. Stateless; allocates nothing.
/// </summary>
public static class MessageWriter
{
    /// <summary>Measures and checks a message.</summary>
    /// <param name="fields">What goes into it.</param>
    /// <param name="encodedBytes">Bytes of the encoded message, without the tag and length before it.</param>
    /// <param name="problem">Why not, when false.</param>
    public static bool TryMeasure(in MessageFields fields, out int encodedBytes, out FrameProblem problem)
    {
        long total = fields.Body.IsEmpty ? 0 : BytesField(fields.Body.Length);
        problem = default;
        if (HasMore(fields))
            problem = MeasureRest(fields, ref total);
        if (problem.IsNone && total > Limits.MessageBytes)
            problem = MessageProblems.TooLarge;
        encodedBytes = problem.IsNone ? (int)total : 0;
        return problem.IsNone;
    }

    /// <summary>Bytes that the message takes in a run.</summary>
    /// <param name="encodedBytes">What <see cref="TryMeasure"/> found.</param>
    public static int SizeInRun(int encodedBytes) => ProtoWriter.SizeOfBytesField(encodedBytes);

    /// <summary>Writes <c>7A length bytes</c> to the front of <paramref name="destination"/>; returns how many bytes that is.</summary>
    /// <param name="destination">At least <see cref="SizeInRun"/> bytes.</param>
    /// <param name="fields">What was measured, unchanged.</param>
    /// <param name="encodedBytes">What <see cref="TryMeasure"/> found.</param>
    public static int Write(Span<byte> destination, in MessageFields fields, int encodedBytes)
    {
        var writer = new ProtoWriter(destination);
        writer.WriteHead(ProtoTag.Message, encodedBytes);
        if (!fields.Body.IsEmpty)
            writer.WriteBytesField(MessageTag.Body, fields.Body);
        if (HasMore(fields))
            WriteRest(ref writer, fields);
        return writer.Position;
    }

    private static bool HasMore(in MessageFields fields) =>
        !fields.Keys.IsEmpty || !fields.Headers.IsEmpty || fields.Tag is not null || fields.OrderingKey is not null
        || fields.DeduplicationId is not null || fields.Priority is not null
        || (fields.DeliverAtMilliseconds | fields.DelayMilliseconds
            | fields.ExpiresAtMilliseconds | fields.TimeToLiveMilliseconds) != 0;

    private static FrameProblem MeasureRest(in MessageFields fields, ref long total)
    {
        if (fields.Keys.Length > Limits.Keys)
            return MessageProblems.TooManyKeys;
        FrameProblem problem = default;
        foreach (string key in fields.Keys)
            problem = First(problem, MeasureKey(key, isRepeated: true, ref total));
        problem = First(problem, MeasureKey(fields.OrderingKey, isRepeated: false, ref total));
        problem = First(problem, MeasureKey(fields.DeduplicationId, isRepeated: false, ref total));
        problem = First(problem, MeasureHeaders(fields, ref total));
        if (fields.Tag is { Length: > 0 } tag)
        {
            problem = First(problem, NameRules.IsText(tag, Limits.TagBytes) ? default : MessageProblems.Tag);
            total += BytesField(Encoding.UTF8.GetByteCount(tag));
        }
        total += fields.Priority is null ? 0 : 2;
        total += ProtoWriter.SizeOfField((ulong)fields.DeliverAtMilliseconds) + ProtoWriter.SizeOfField((ulong)fields.DelayMilliseconds)
            + ProtoWriter.SizeOfField((ulong)fields.ExpiresAtMilliseconds) + ProtoWriter.SizeOfField((ulong)fields.TimeToLiveMilliseconds);
        return First(problem, CheckNumbers(fields));
    }

    private static FrameProblem First(FrameProblem one, FrameProblem other) => one.IsNone ? other : one;

    private static FrameProblem MeasureKey(string? key, bool isRepeated, ref long total)
    {
        if (string.IsNullOrEmpty(key) && !isRepeated)
            return default;
        if (key is null)
            return FrameProblem.Field("a key is null");
        int byteCount = Encoding.UTF8.GetByteCount(key);
        total += BytesField(byteCount);
        if (byteCount > Limits.KeyBytes)
            return MessageProblems.KeyTooLong;
        return NameRules.IsWellFormed(key) ? default : MessageProblems.NotUtf8;
    }

    private static FrameProblem MeasureHeaders(in MessageFields fields, ref long total)
    {
        long content = 0;
        foreach (ref readonly var header in fields.Headers)
        {
            if (header.Key is null || !NameRules.IsHeaderName(header.Key))
                return MessageProblems.HeaderName;
            int nameBytes = Encoding.UTF8.GetByteCount(header.Key);
            content += nameBytes + header.Value.Length;
            total += BytesField(HeaderSize(nameBytes, header.Value.Span));
        }
        return fields.Headers.Length > Limits.Headers || content > Limits.HeadersBytes ? MessageProblems.HeadersTooLarge : default;
    }

    private static FrameProblem CheckNumbers(in MessageFields fields)
    {
        if (fields.Priority is < 0 or > Limits.MaxPriority)
            return MessageProblems.Priority;
        if (fields.DeliverAtMilliseconds < 0 || fields.DelayMilliseconds < 0
            || fields.ExpiresAtMilliseconds < 0 || fields.TimeToLiveMilliseconds < 0)
        {
            return MessageProblems.Time;
        }
        if (fields.DeliverAtMilliseconds != 0 && fields.DelayMilliseconds != 0)
            return MessageProblems.TwoDeliveryTimes;
        if (fields.ExpiresAtMilliseconds != 0 && fields.TimeToLiveMilliseconds != 0)
            return MessageProblems.TwoExpiryTimes;
        if (fields.TimeToLiveMilliseconds > MessageProblems.MaxDelayMilliseconds)
            return MessageProblems.LifeTooLong;
        return fields.DelayMilliseconds > MessageProblems.MaxDelayMilliseconds ? MessageProblems.DelayTooLong : default;
    }

    private static void WriteRest(ref ProtoWriter writer, in MessageFields fields)
    {
        foreach (string key in fields.Keys)
            WriteText(ref writer, MessageTag.Key, key);
        if (!string.IsNullOrEmpty(fields.Tag))
            WriteText(ref writer, MessageTag.Tag, fields.Tag);
        foreach (ref readonly var header in fields.Headers)
        {
            int nameBytes = Encoding.UTF8.GetByteCount(header.Key);
            writer.WriteHead(MessageTag.Header, HeaderSize(nameBytes, header.Value.Span));
            writer.WriteTextField(MessageTag.HeaderName, header.Key, nameBytes);
            if (!header.Value.IsEmpty)
                writer.WriteBytesField(MessageTag.HeaderValue, header.Value.Span);
        }
        if (!string.IsNullOrEmpty(fields.OrderingKey))
            WriteText(ref writer, MessageTag.OrderingKey, fields.OrderingKey);
        if (fields.Priority is { } priority)
        {
            // Optional in the schema: written even when 0.
            writer.WriteTag(MessageTag.Priority);
            writer.WriteVarint((uint)priority);
        }
        writer.WriteField(MessageTag.DeliverAt, (ulong)fields.DeliverAtMilliseconds);
        writer.WriteField(MessageTag.Delay, (ulong)fields.DelayMilliseconds);
        writer.WriteField(MessageTag.ExpiresAt, (ulong)fields.ExpiresAtMilliseconds);
        writer.WriteField(MessageTag.TimeToLive, (ulong)fields.TimeToLiveMilliseconds);
        if (!string.IsNullOrEmpty(fields.DeduplicationId))
            WriteText(ref writer, MessageTag.DeduplicationId, fields.DeduplicationId);
    }

    private static void WriteText(ref ProtoWriter writer, uint tag, string text) =>
        writer.WriteTextField(tag, text, Encoding.UTF8.GetByteCount(text));

    private static int HeaderSize(int nameBytes, ReadOnlySpan<byte> value) =>
        ProtoWriter.SizeOfBytesField(nameBytes) + (value.IsEmpty ? 0 : ProtoWriter.SizeOfBytesField(value.Length));

    // The sum may pass 2^31 before it is compared with the limit.
    private static long BytesField(int length) => 1L + ProtoWriter.SizeOf((uint)length) + length;
}
