namespace Forewave.Storage.Files.Segments;

/// <summary>Where a record begins: its segment and the byte in it. As a <see cref="RecordLocation"/>: number above byte.</summary>
/// <param name="Segment">The segment.</param>
/// <param name="Byte">From the segment's start; a multiple of 8, at least <see cref="SegmentLayout.HeaderBytes"/>.</param>
internal readonly record struct LogPlace(SegmentNumber Segment, int Byte)
{
    public LogPlace(RecordLocation location)
        : this(new SegmentNumber((uint)(location.Bits >> 32)), (int)(uint)location.Bits)
    {
    }

    public RecordLocation Location => new((ulong)Segment.Value << 32 | (uint)Byte);

    public override string ToString() => $"segment {Segment}, byte {Byte}";
}
