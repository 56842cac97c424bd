using System.Buffers;
using Google.Protobuf;

namespace Forewave.Protocol.Frames;

/// <summary>Writes the answer to a Settle. Stateless; allocates nothing.</summary>
public static class SettledWriter
{
    private const byte FrameTag = (int)ServerAnswer.Settled << 3 | ProtoTag.Bytes;
    private const uint FailureTag = 1 << 3 | ProtoTag.Bytes;
    private const uint RunTag = 1 << 3 | ProtoTag.Varint;
    private const uint FirstTag = 2 << 3 | ProtoTag.Varint;
    private const uint CountTag = 3 << 3 | ProtoTag.Varint;
    private const uint ErrorTag = 4 << 3 | ProtoTag.Bytes;

    /// <summary>Bytes of the frame with its length.</summary>
    public static int Size(CorrelationId correlation, ReadOnlySpan<SettleFailure> failures) =>
        FrameEnvelopeWriter.FrameSize(correlation, PayloadSize(failures));

    /// <summary>Writes one frame with its length and advances <paramref name="destination"/>.</summary>
    /// <param name="destination">Where to.</param>
    /// <param name="correlation">The request's.</param>
    /// <param name="failures">Empty when all runs succeeded.</param>
    public static void Write(IBufferWriter<byte> destination, CorrelationId correlation, ReadOnlySpan<SettleFailure> failures)
    {
        ArgumentNullException.ThrowIfNull(destination);
        int payloadBytes = PayloadSize(failures);
        int total = FrameEnvelopeWriter.FrameSize(correlation, payloadBytes);
        var writer = new ProtoWriter(destination.GetSpan(total));
        FrameEnvelopeWriter.WriteHead(ref writer, correlation, FrameTag, payloadBytes);
        foreach (ref readonly var failure in failures)
        {
            int errorBytes = failure.Error.CalculateSize();
            writer.WriteHead(FailureTag, FailureSize(failure));
            writer.WriteField(RunTag, failure.Run);
            writer.WriteField(FirstTag, (ulong)failure.First.Value);
            writer.WriteField(CountTag, failure.Count);
            writer.WriteHead(ErrorTag, errorBytes);
            failure.Error.WriteTo(writer.Take(errorBytes));
        }
        destination.Advance(total);
    }

    private static int PayloadSize(ReadOnlySpan<SettleFailure> failures)
    {
        int byteCount = 0;
        foreach (ref readonly var failure in failures)
            byteCount += ProtoWriter.SizeOfBytesField(FailureSize(failure));
        return byteCount;
    }

    private static int FailureSize(in SettleFailure failure) =>
        ProtoWriter.SizeOfField(failure.Run)
        + ProtoWriter.SizeOfField((ulong)failure.First.Value)
        + ProtoWriter.SizeOfField(failure.Count)
        + ProtoWriter.SizeOfBytesField(failure.Error.CalculateSize());
}
