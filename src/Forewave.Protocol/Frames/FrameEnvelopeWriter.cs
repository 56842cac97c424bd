namespace Forewave.Protocol.Frames;

/// <summary>Writes what stands before the fields of a command or an answer: length, correlation, tag and length.</summary>
internal static class FrameEnvelopeWriter
{
    private const uint CorrelationTag = 1 << 3 | ProtoTag.Varint;

    /// <summary>Bytes of the whole frame with its length.</summary>
    public static int FrameSize(CorrelationId correlation, int payloadBytes) =>
        FrameDecoder.LengthBytes + ProtoWriter.SizeOfField(correlation.Value) + ProtoWriter.SizeOfBytesField(payloadBytes);

    /// <summary>Bytes before the payload.</summary>
    public static int HeadSize(CorrelationId correlation, int payloadBytes) => FrameSize(correlation, payloadBytes) - payloadBytes;

    public static void WriteHead(ref ProtoWriter writer, CorrelationId correlation, byte payloadTag, int payloadBytes)
    {
        writer.WriteFrameLength(FrameSize(correlation, payloadBytes) - FrameDecoder.LengthBytes);
        writer.WriteField(CorrelationTag, correlation.Value);
        writer.WriteHead(payloadTag, payloadBytes);
    }
}
