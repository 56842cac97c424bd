namespace Forewave.Protocol.Frames;

/// <summary>Reads a Credit. Stateless; allocates nothing.</summary>
public static class CreditReader
{
    private const uint SubscriptionTag = 1 << 3 | ProtoTag.Varint;
    private const uint MessagesTag = 2 << 3 | ProtoTag.Varint;
    private const uint BytesTag = 3 << 3 | ProtoTag.Varint;

    /// <summary>Reads the Credit at <paramref name="payload"/> of <paramref name="frame"/>.</summary>
    public static bool TryRead(ReadOnlySpan<byte> frame, ByteRange payload, out CreditView credit, out FrameProblem problem)
    {
        uint subscription = 0, messages = 0, bytes = 0;
        var reader = new ProtoReader(frame, payload);
        bool read = true;
        while (read && !reader.IsAtEnd)
        {
            read = reader.TryReadTag(out uint tag) && tag switch
            {
                SubscriptionTag => reader.TryReadUInt32(out subscription),
                MessagesTag => reader.TryReadUInt32(out messages),
                BytesTag => reader.TryReadUInt32(out bytes),
                _ => reader.TrySkip(tag),
            };
        }
        problem = read ? default : FrameProblem.Broken("the frame's Credit is broken");
        credit = new CreditView { SubscriptionHandle = subscription, Messages = messages, Bytes = bytes };
        return read;
    }
}
