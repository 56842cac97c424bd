using System.Buffers;

namespace Forewave.Protocol.Frames;

/// <summary>Writes a Credit, which has no answer and so no correlation. Stateless; allocates nothing.</summary>
public static class CreditWriter
{
    private const byte FrameTag = (int)ClientCommand.Credit << 3 | ProtoTag.Bytes;
    private const uint SubscriptionTag = 1 << 3 | ProtoTag.Varint;
    private const uint MessagesTag = 2 << 3 | ProtoTag.Varint;
    private const uint BytesTag = 3 << 3 | ProtoTag.Varint;

    /// <summary>Writes one frame with its length and advances <paramref name="destination"/>.</summary>
    public static void Write(IBufferWriter<byte> destination, CreditView credit)
    {
        ArgumentNullException.ThrowIfNull(destination);
        int payloadBytes = ProtoWriter.SizeOfField(credit.SubscriptionHandle)
            + ProtoWriter.SizeOfField(credit.Messages)
            + ProtoWriter.SizeOfField(credit.Bytes);
        int total = FrameEnvelopeWriter.FrameSize(CorrelationId.None, payloadBytes);
        var writer = new ProtoWriter(destination.GetSpan(total));
        FrameEnvelopeWriter.WriteHead(ref writer, CorrelationId.None, FrameTag, payloadBytes);
        writer.WriteField(SubscriptionTag, credit.SubscriptionHandle);
        writer.WriteField(MessagesTag, credit.Messages);
        writer.WriteField(BytesTag, credit.Bytes);
        destination.Advance(total);
    }
}
