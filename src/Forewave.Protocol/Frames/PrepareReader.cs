namespace Forewave.Protocol.Frames;

/// <summary>Reads the outer level of a Prepare, and leaves its messages to <see cref="PublishReader"/>. Stateless.</summary>
public static class PrepareReader
{
    private const uint TransactionTag = 1 << 3 | ProtoTag.Fixed64;
    private const uint PublishTag = 2 << 3 | ProtoTag.Bytes;

    /// <summary>Reads it.</summary>
    /// <param name="frame">The whole frame.</param>
    /// <param name="payload">Where the Prepare stands in it.</param>
    /// <param name="prepare">What was read.</param>
    /// <param name="problem">Why not, when false: broken, with two lists of messages, or without a transaction or messages.</param>
    public static bool TryRead(ReadOnlySpan<byte> frame, ByteRange payload, out PrepareView prepare, out FrameProblem problem)
    {
        prepare = default;
        problem = FrameProblem.None;
        ulong transaction = 0;
        ByteRange publish = default;
        int lists = 0;
        var reader = new ProtoReader(frame, payload);
        while (!reader.IsAtEnd)
        {
            bool read = reader.TryReadTag(out uint tag) && tag switch
            {
                TransactionTag => reader.TryReadFixed64(out transaction),
                PublishTag => lists++ == 0 && reader.TryReadRange(out publish),
                _ => reader.TrySkip(tag),
            };
            if (!read)
            {
                problem = FrameProblem.Broken("the frame's Prepare is broken");
                return false;
            }
        }
        prepare = new PrepareView(LogPosition.FromBits(transaction), publish);
        if (transaction == 0 || lists == 0)
            problem = FrameProblem.Field("a Prepare names no transaction, or has no messages");
        return problem.IsNone;
    }
}
