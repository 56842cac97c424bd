namespace Forewave.Protocol.Frames;

/// <summary>What both kinds of frame share: a correlation and one field of many.</summary>
internal readonly record struct FrameEnvelope
{
    private const uint CorrelationTag = 1 << 3 | ProtoTag.Varint;

    public required CorrelationId Correlation { get; init; }

    /// <summary>The number of the field that is set; 0 where none of the known ones is.</summary>
    public required int Field { get; init; }

    public required ByteRange Payload { get; init; }

    /// <summary>The bits of the fields from 2 up to one.</summary>
    public static ulong FieldsUpTo(int last) => (2UL << last) - 4;

    /// <summary>Reads the outermost level. Two commands in one frame are refused, where a generated parser would take the last.</summary>
    /// <param name="frame">The frame without its length.</param>
    /// <param name="knownFields">A bit for the number of each field that is known; others are skipped.</param>
    /// <param name="envelope">What was read.</param>
    public static bool TryRead(ReadOnlySpan<byte> frame, ulong knownFields, out FrameEnvelope envelope)
    {
        envelope = default;
        ulong correlation = 0;
        int field = 0;
        ByteRange payload = default;
        var reader = new ProtoReader(frame);
        while (!reader.IsAtEnd)
        {
            if (!reader.TryReadTag(out uint tag))
                return false;
            bool read;
            if (tag == CorrelationTag)
            {
                read = reader.TryReadVarint(out correlation);
            }
            else if ((tag & 7) == ProtoTag.Bytes && tag >> 3 < 64 && (knownFields >> (int)(tag >> 3) & 1) != 0)
            {
                read = field == 0 && reader.TryReadRange(out payload);
                field = (int)(tag >> 3);
            }
            else
            {
                read = reader.TrySkip(tag);
            }
            if (!read)
                return false;
        }
        envelope = new FrameEnvelope { Correlation = new CorrelationId(correlation), Field = field, Payload = payload };
        return true;
    }
}
