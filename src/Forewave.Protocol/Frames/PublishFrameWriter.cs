namespace Forewave.Protocol.Frames;

/// <summary>
/// Writes the heads of a Publish and of its batches; the caller copies each batch's messages, as <see cref="MessageWriter"/>
/// wrote them, after the batch's head. Sizes come first. Stateless; allocates nothing.
/// </summary>
public static class PublishFrameWriter
{
    private const byte FrameTag = (int)ClientCommand.Publish << 3 | ProtoTag.Bytes;
    private const uint ProducerTag = 1 << 3 | ProtoTag.Varint;
    private const uint BatchTag = 2 << 3 | ProtoTag.Bytes;
    private const uint QueueTag = 1 << 3 | ProtoTag.Varint;
    private const uint FirstSequenceTag = 2 << 3 | ProtoTag.Varint;
    private const uint ReplacesSequenceTag = 3 << 3 | ProtoTag.Varint;

    /// <summary>Bytes of a batch's head, which its messages follow.</summary>
    /// <param name="batch">The batch.</param>
    /// <param name="messagesBytes">Bytes of its messages with their tags and lengths.</param>
    public static int BatchHeadSize(in PublishBatchHeader batch, int messagesBytes) =>
        ProtoWriter.SizeOfBytesField(FieldsSize(batch) + messagesBytes) - messagesBytes;

    /// <summary>Bytes of the frame's head, its length included, which the batches follow.</summary>
    /// <param name="correlation">The request's.</param>
    /// <param name="producerHandle">The producer's handle.</param>
    /// <param name="batchesBytes">Bytes of all batches: their heads and messages.</param>
    public static int FrameHeadSize(CorrelationId correlation, uint producerHandle, int batchesBytes) =>
        FrameEnvelopeWriter.FrameSize(correlation, ProtoWriter.SizeOfField(producerHandle) + batchesBytes) - batchesBytes;

    /// <summary>Writes the frame's head to the front of <paramref name="destination"/>; returns its bytes.</summary>
    public static int WriteFrameHead(Span<byte> destination, CorrelationId correlation, uint producerHandle, int batchesBytes)
    {
        var writer = new ProtoWriter(destination);
        FrameEnvelopeWriter.WriteHead(ref writer, correlation, FrameTag, ProtoWriter.SizeOfField(producerHandle) + batchesBytes);
        writer.WriteField(ProducerTag, producerHandle);
        return writer.Position;
    }

    /// <summary>Writes a batch's head to the front of <paramref name="destination"/>; returns its bytes.</summary>
    public static int WriteBatchHead(Span<byte> destination, in PublishBatchHeader batch, int messagesBytes)
    {
        var writer = new ProtoWriter(destination);
        writer.WriteHead(BatchTag, FieldsSize(batch) + messagesBytes);
        writer.WriteField(QueueTag, batch.QueueHandle);
        writer.WriteField(FirstSequenceTag, batch.FirstSequence.Value);
        writer.WriteField(ReplacesSequenceTag, batch.ReplacesSequence.Value);
        return writer.Position;
    }

    private static int FieldsSize(in PublishBatchHeader batch) =>
        ProtoWriter.SizeOfField(batch.QueueHandle)
        + ProtoWriter.SizeOfField(batch.FirstSequence.Value)
        + ProtoWriter.SizeOfField(batch.ReplacesSequence.Value);
}
