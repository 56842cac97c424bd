namespace Forewave.Protocol.Frames;

/// <summary>
/// Writes the heads of a Delivery and of its runs; the caller copies each run's messages, as they stand in the log, after the
/// run's head. Sizes come first: the frame's head holds the length of all that follows. Stateless; allocates nothing.
/// </summary>
public static class DeliveryWriter
{
    private const byte FrameTag = (int)ServerAnswer.Delivery << 3 | ProtoTag.Bytes;
    private const uint SubscriptionTag = 1 << 3 | ProtoTag.Varint;
    private const uint RunTag = 2 << 3 | ProtoTag.Bytes;
    private const uint FirstOffsetTag = 1 << 3 | ProtoTag.Varint;
    private const uint FirstPositionTag = 2 << 3 | ProtoTag.Fixed64;
    private const uint PublishTimeTag = 3 << 3 | ProtoTag.Varint;
    private const uint AttemptTag = 4 << 3 | ProtoTag.Varint;
    private const uint EpochTag = 5 << 3 | ProtoTag.Varint;
    private const uint VisibilityTimeoutTag = 6 << 3 | ProtoTag.Varint;
    private const uint ProducerNameTag = 7 << 3 | ProtoTag.Bytes;
    private const uint RedrivenTag = 8 << 3 | ProtoTag.Varint;

    /// <summary>Bytes of a run's head, which its messages follow.</summary>
    /// <param name="run">The run.</param>
    /// <param name="messagesBytes">Bytes of its messages with their tags and lengths.</param>
    public static int RunHeadSize(in DeliveredRunHeader run, int messagesBytes)
    {
        int fields = FieldsSize(run);
        return ProtoWriter.SizeOfBytesField(fields + messagesBytes) - messagesBytes;
    }

    /// <summary>Bytes of the frame's head, its length included, which the runs follow.</summary>
    /// <param name="correlation">The Receive's; none when it comes to credit.</param>
    /// <param name="subscriptionHandle">The subscription's handle.</param>
    /// <param name="runsBytes">Bytes of all runs: their heads and messages.</param>
    public static int FrameHeadSize(CorrelationId correlation, uint subscriptionHandle, int runsBytes) =>
        FrameEnvelopeWriter.FrameSize(correlation, ProtoWriter.SizeOfField(subscriptionHandle) + runsBytes) - runsBytes;

    /// <summary>Writes the frame's head to the front of <paramref name="destination"/>; returns its bytes.</summary>
    public static int WriteFrameHead(Span<byte> destination, CorrelationId correlation, uint subscriptionHandle, int runsBytes)
    {
        var writer = new ProtoWriter(destination);
        FrameEnvelopeWriter.WriteHead(ref writer, correlation, FrameTag, ProtoWriter.SizeOfField(subscriptionHandle) + runsBytes);
        writer.WriteField(SubscriptionTag, subscriptionHandle);
        return writer.Position;
    }

    /// <summary>Writes a run's head to the front of <paramref name="destination"/>; returns its bytes.</summary>
    public static int WriteRunHead(Span<byte> destination, in DeliveredRunHeader run, int messagesBytes)
    {
        var writer = new ProtoWriter(destination);
        writer.WriteHead(RunTag, FieldsSize(run) + messagesBytes);
        writer.WriteField(FirstOffsetTag, (ulong)run.First.Value);
        writer.WriteTag(FirstPositionTag);
        writer.WriteFixed64(run.FirstPosition.Bits);
        writer.WriteField(PublishTimeTag, (ulong)run.PublishTimeMilliseconds);
        writer.WriteField(AttemptTag, run.Attempt.Value);
        writer.WriteField(EpochTag, run.Epoch.Value);
        writer.WriteField(VisibilityTimeoutTag, Milliseconds(run.VisibilityTimeout));
        if (!run.ProducerName.IsEmpty)
            writer.WriteBytesField(ProducerNameTag, run.ProducerName.Span);
        writer.WriteField(RedrivenTag, run.IsRedriven ? 1u : 0);
        return writer.Position;
    }

    private static int FieldsSize(in DeliveredRunHeader run) =>
        ProtoWriter.SizeOfField((ulong)run.First.Value)
        + 1 + sizeof(ulong)
        + ProtoWriter.SizeOfField((ulong)run.PublishTimeMilliseconds)
        + ProtoWriter.SizeOfField(run.Attempt.Value)
        + ProtoWriter.SizeOfField(run.Epoch.Value)
        + ProtoWriter.SizeOfField(Milliseconds(run.VisibilityTimeout))
        + (run.ProducerName.IsEmpty ? 0 : ProtoWriter.SizeOfBytesField(run.ProducerName.Length))
        + (run.IsRedriven ? 2 : 0);

    private static uint Milliseconds(TimeSpan span) => (uint)(span.Ticks / TimeSpan.TicksPerMillisecond);
}
