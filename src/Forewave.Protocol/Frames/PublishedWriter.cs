using System.Buffers;
using Google.Protobuf;

namespace Forewave.Protocol.Frames;

/// <summary>Writes the answer to a Publish. Stateless; allocates nothing.</summary>
public static class PublishedWriter
{
    private const byte FrameTag = (int)ServerAnswer.Published << 3 | ProtoTag.Bytes;
    private const uint BatchTag = 1 << 3 | ProtoTag.Bytes;
    private const uint FirstPositionTag = 1 << 3 | ProtoTag.Fixed64;
    private const uint DurabilityTag = 2 << 3 | ProtoTag.Varint;
    private const uint DuplicateTag = 3 << 3 | ProtoTag.Varint;
    private const uint PositionsTag = 4 << 3 | ProtoTag.Bytes;
    private const uint ErrorTag = 5 << 3 | ProtoTag.Bytes;
    private const uint RepeatedTag = 6 << 3 | ProtoTag.Bytes;

    /// <summary>Bytes of the frame with its length.</summary>
    public static int Size(CorrelationId correlation, ReadOnlySpan<PublishedEntry> entries) =>
        FrameEnvelopeWriter.FrameSize(correlation, PayloadSize(entries));

    /// <summary>Writes one frame with its length and advances <paramref name="destination"/>.</summary>
    /// <param name="destination">Where to.</param>
    /// <param name="correlation">The request's.</param>
    /// <param name="entries">One for each batch of the request, in its order.</param>
    public static void Write(IBufferWriter<byte> destination, CorrelationId correlation, ReadOnlySpan<PublishedEntry> entries)
    {
        ArgumentNullException.ThrowIfNull(destination);
        int payloadBytes = PayloadSize(entries);
        int total = FrameEnvelopeWriter.FrameSize(correlation, payloadBytes);
        var writer = new ProtoWriter(destination.GetSpan(total));
        FrameEnvelopeWriter.WriteHead(ref writer, correlation, FrameTag, payloadBytes);
        foreach (ref readonly var entry in entries)
            WriteEntry(ref writer, entry);
        destination.Advance(total);
    }

    private static int PayloadSize(ReadOnlySpan<PublishedEntry> entries)
    {
        int byteCount = 0;
        foreach (ref readonly var entry in entries)
            byteCount += ProtoWriter.SizeOfBytesField(EntrySize(entry));
        return byteCount;
    }

    private static int EntrySize(in PublishedEntry entry)
    {
        int byteCount = entry.FirstPosition == LogPosition.None ? 0 : 1 + sizeof(ulong);
        byteCount += ProtoWriter.SizeOfField((uint)entry.Durability);
        byteCount += entry.IsDuplicate ? 2 : 0;
        byteCount += entry.Positions.IsEmpty ? 0 : ProtoWriter.SizeOfBytesField(entry.Positions.Length * sizeof(ulong));
        byteCount += entry.Repeated.IsEmpty ? 0 : ProtoWriter.SizeOfBytesField(entry.Repeated.Length);
        return byteCount + (entry.Error is null ? 0 : ProtoWriter.SizeOfBytesField(entry.Error.CalculateSize()));
    }

    private static void WriteEntry(ref ProtoWriter writer, in PublishedEntry entry)
    {
        writer.WriteHead(BatchTag, EntrySize(entry));
        if (entry.FirstPosition != LogPosition.None)
        {
            writer.WriteTag(FirstPositionTag);
            writer.WriteFixed64(entry.FirstPosition.Bits);
        }
        writer.WriteField(DurabilityTag, (uint)entry.Durability);
        writer.WriteField(DuplicateTag, entry.IsDuplicate ? 1u : 0);
        if (!entry.Positions.IsEmpty)
        {
            writer.WriteHead(PositionsTag, entry.Positions.Length * sizeof(ulong));
            foreach (var position in entry.Positions.Span)
                writer.WriteFixed64(position.Bits);
        }
        if (entry.Error is { } error)
        {
            int errorBytes = error.CalculateSize();
            writer.WriteHead(ErrorTag, errorBytes);
            error.WriteTo(writer.Take(errorBytes));
        }
        if (!entry.Repeated.IsEmpty)
        {
            writer.WriteHead(RepeatedTag, entry.Repeated.Length);
            entry.Repeated.Span.CopyTo(writer.Take(entry.Repeated.Length));
        }
    }
}
