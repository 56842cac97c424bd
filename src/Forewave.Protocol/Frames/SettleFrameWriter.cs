using System.Buffers;

namespace Forewave.Protocol.Frames;

/// <summary>Writes a Settle. Stateless; allocates nothing.</summary>
public static class SettleFrameWriter
{
    private const byte FrameTag = (int)ClientCommand.Settle << 3 | ProtoTag.Bytes;
    private const uint RunTag = 1 << 3 | ProtoTag.Bytes;
    private const uint QueueTag = 1 << 3 | ProtoTag.Varint;
    private const uint GroupTag = 2 << 3 | ProtoTag.Varint;
    private const uint FirstTag = 3 << 3 | ProtoTag.Varint;
    private const uint CountTag = 4 << 3 | ProtoTag.Varint;
    private const uint AttemptTag = 5 << 3 | ProtoTag.Varint;
    private const uint EpochTag = 6 << 3 | ProtoTag.Varint;
    private const uint VerbTag = 7 << 3 | ProtoTag.Varint;
    private const uint DelayTag = 8 << 3 | ProtoTag.Varint;
    private const uint ReasonTag = 9 << 3 | ProtoTag.Bytes;

    /// <summary>Bytes of the frame with its length.</summary>
    public static int Size(CorrelationId correlation, ReadOnlySpan<SettleRun> runs) =>
        FrameEnvelopeWriter.FrameSize(correlation, PayloadSize(runs));

    /// <summary>Writes one frame with its length and advances <paramref name="destination"/>.</summary>
    public static void Write(IBufferWriter<byte> destination, CorrelationId correlation, ReadOnlySpan<SettleRun> runs)
    {
        ArgumentNullException.ThrowIfNull(destination);
        int payloadBytes = PayloadSize(runs);
        int total = FrameEnvelopeWriter.FrameSize(correlation, payloadBytes);
        var writer = new ProtoWriter(destination.GetSpan(total));
        FrameEnvelopeWriter.WriteHead(ref writer, correlation, FrameTag, payloadBytes);
        foreach (ref readonly var run in runs)
            WriteRun(ref writer, run);
        destination.Advance(total);
    }

    private static void WriteRun(ref ProtoWriter writer, in SettleRun run)
    {
        writer.WriteHead(RunTag, RunSize(run));
        writer.WriteField(QueueTag, run.Queue.Value);
        writer.WriteField(GroupTag, run.Group.Value);
        writer.WriteField(FirstTag, (ulong)run.First.Value);
        writer.WriteField(CountTag, run.Count);
        writer.WriteField(AttemptTag, run.Attempt.Value);
        writer.WriteField(EpochTag, run.Epoch.Value);
        writer.WriteField(VerbTag, (uint)run.Verb);
        writer.WriteField(DelayTag, Milliseconds(run.Delay));
        if (!run.Reason.IsEmpty)
            writer.WriteBytesField(ReasonTag, run.Reason.Span);
    }

    private static int PayloadSize(ReadOnlySpan<SettleRun> runs)
    {
        int byteCount = 0;
        foreach (ref readonly var run in runs)
            byteCount += ProtoWriter.SizeOfBytesField(RunSize(run));
        return byteCount;
    }

    private static int RunSize(in SettleRun run) =>
        ProtoWriter.SizeOfField(run.Queue.Value)
        + ProtoWriter.SizeOfField(run.Group.Value)
        + ProtoWriter.SizeOfField((ulong)run.First.Value)
        + ProtoWriter.SizeOfField(run.Count)
        + ProtoWriter.SizeOfField(run.Attempt.Value)
        + ProtoWriter.SizeOfField(run.Epoch.Value)
        + ProtoWriter.SizeOfField((uint)run.Verb)
        + ProtoWriter.SizeOfField(Milliseconds(run.Delay))
        + (run.Reason.IsEmpty ? 0 : ProtoWriter.SizeOfBytesField(run.Reason.Length));

    private static ulong Milliseconds(TimeSpan span) => (ulong)(span.Ticks / TimeSpan.TicksPerMillisecond);
}
