namespace Forewave.Protocol.Frames;

/// <summary>Reads a Receive. Stateless; allocates nothing.</summary>
public static class ReceiveReader
{
    private const uint SubscriptionTag = 1 << 3 | ProtoTag.Varint;
    private const uint MaxMessagesTag = 2 << 3 | ProtoTag.Varint;
    private const uint MaxBytesTag = 3 << 3 | ProtoTag.Varint;
    private const uint WaitTag = 4 << 3 | ProtoTag.Varint;

    /// <summary>Reads the Receive at <paramref name="payload"/> of <paramref name="frame"/>; max_bytes is lowered to a frame's.</summary>
    public static bool TryRead(ReadOnlySpan<byte> frame, ByteRange payload, out ReceiveView receive, out FrameProblem problem)
    {
        uint subscription = 0, maxMessages = 0, maxBytes = 0, wait = 0;
        var reader = new ProtoReader(frame, payload);
        bool read = true;
        while (read && !reader.IsAtEnd)
        {
            read = reader.TryReadTag(out uint tag) && tag switch
            {
                SubscriptionTag => reader.TryReadUInt32(out subscription),
                MaxMessagesTag => reader.TryReadUInt32(out maxMessages),
                MaxBytesTag => reader.TryReadUInt32(out maxBytes),
                WaitTag => reader.TryReadUInt32(out wait),
                _ => reader.TrySkip(tag),
            };
        }
        problem = read ? Check(maxMessages, TimeSpan.FromMilliseconds(wait)) : FrameProblem.Broken("the frame's Receive is broken");
        receive = new ReceiveView
        {
            SubscriptionHandle = subscription,
            MaxMessages = (int)Math.Min(maxMessages, Limits.ReceiveMessages),
            MaxBytes = maxBytes == 0 ? Limits.DefaultReceiveBytes : (int)Math.Min(maxBytes, Limits.FrameBytes),
            Wait = TimeSpan.FromMilliseconds(wait),
        };
        return problem.IsNone;
    }

    private static FrameProblem Check(uint maxMessages, TimeSpan wait)
    {
        if (maxMessages is 0 or > Limits.ReceiveMessages)
            return FrameProblem.Field("max_messages of a Receive is not 1 to 10,000");
        return wait > Limits.MaxReceiveWait ? FrameProblem.Field("wait of a Receive is longer than 60 s") : default;
    }
}
