namespace Forewave.Protocol.Frames;

/// <summary>Writes one encoded message as it stands in a run: tag, length, bytes. Stateless; allocates nothing.</summary>
public static class MessageRunWriter
{
    /// <summary>Bytes of a message with its tag and length.</summary>
    /// <param name="messageBytes">Bytes of the encoded message.</param>
    public static int SizeOf(int messageBytes) => ProtoWriter.SizeOfBytesField(messageBytes);

    /// <summary>Writes a message to the front of <paramref name="destination"/>; returns its bytes.</summary>
    public static int Write(Span<byte> destination, ReadOnlySpan<byte> message)
    {
        var writer = new ProtoWriter(destination);
        writer.WriteTag(ProtoTag.Message);
        writer.WriteVarint((uint)message.Length);
        message.CopyTo(destination[writer.Position..]);
        return writer.Position + message.Length;
    }
}
