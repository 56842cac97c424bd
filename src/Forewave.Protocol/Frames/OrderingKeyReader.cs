namespace Forewave.Protocol.Frames;

/// <summary>
/// Finds the ordering key of a message that was validated before: what delivery looks at, without the cost of validating again.
/// Stateless; allocates nothing; never throws on what it is given.
/// </summary>
public static class OrderingKeyReader
{
    /// <summary>The ordering key as UTF-8, empty where the message has none.</summary>
    public static ReadOnlySpan<byte> Read(ReadOnlySpan<byte> message)
    {
        ReadOnlySpan<byte> found = default;
        var reader = new ProtoReader(message);
        while (!reader.IsAtEnd && reader.TryReadTag(out uint tag))
        {
            if (!(tag == MessageTag.OrderingKey ? reader.TryReadBytes(out found) : reader.TrySkip(tag)))
                return default;
        }
        return found;
    }
}
