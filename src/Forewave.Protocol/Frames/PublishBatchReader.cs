namespace Forewave.Protocol.Frames;

/// <summary>
/// Reads one PublishBatch. Its messages must be its last fields, one after the other, as generated code writes them: then they
/// are one run of bytes that needs no copy. A batch in another order is refused with <see cref="ErrorCode.FieldInvalid"/>.
/// </summary>
public static class PublishBatchReader
{
    private const uint QueueTag = 1 << 3 | ProtoTag.Varint;
    private const uint FirstSequenceTag = 2 << 3 | ProtoTag.Varint;
    private const uint ReplacesSequenceTag = 3 << 3 | ProtoTag.Varint;

    /// <summary>Reads the batch at <paramref name="range"/> of <paramref name="frame"/>.</summary>
    public static bool TryRead(ReadOnlySpan<byte> frame, ByteRange range, out PublishBatchView batch, out FrameProblem problem)
    {
        batch = default;
        uint queue = 0;
        ulong first = 0;
        ulong replaces = 0;
        var reader = new ProtoReader(frame, range);
        while (!reader.IsAtEnd && reader.Peek() != ProtoTag.Message)
        {
            bool read = reader.TryReadTag(out uint tag) && tag switch
            {
                QueueTag => reader.TryReadUInt32(out queue),
                FirstSequenceTag => reader.TryReadVarint(out first),
                ReplacesSequenceTag => reader.TryReadVarint(out replaces),
                // Field 15 with its tag spelt in more bytes than it needs.
                ProtoTag.Message => false,
                _ => reader.TrySkip(tag),
            };
            if (!read)
            {
                problem = FrameProblem.Broken("a PublishBatch is broken");
                return false;
            }
        }
        var messages = new ByteRange { Start = reader.Position, Length = range.End - reader.Position };
        problem = CheckRun(messages.Of(frame), first, out int count);
        batch = new PublishBatchView
        {
            QueueHandle = queue,
            FirstSequence = new Sequence(first),
            ReplacesSequence = new Sequence(replaces),
            MessageCount = count,
            Messages = messages,
        };
        return problem.IsNone;
    }

    private static FrameProblem CheckRun(ReadOnlySpan<byte> messages, ulong firstSequence, out int count)
    {
        var run = new MessageRun(messages);
        if (!run.TryCount(out count))
        {
            return run.IsFollowedByOtherFields
                ? FrameProblem.Field("a PublishBatch has fields after or between its messages; they must be its last fields")
                : FrameProblem.Broken("a PublishBatch is broken");
        }
        if (count == 0)
            return FrameProblem.Field("a PublishBatch has no messages");
        if (firstSequence == 0 || firstSequence > ulong.MaxValue - (ulong)count)
            return FrameProblem.Field("first_sequence of a PublishBatch is not from 1 on");
        return FrameProblem.None;
    }
}
