namespace Forewave.Broker.Delivery.Cursors;

/// <summary>The part of a span of offsets that lies in one block.</summary>
/// <param name="Number">The block's number.</param>
/// <param name="From">Place of the first offset in the block.</param>
internal readonly record struct BlockPart(long Number, int From)
{
    /// <summary>How many offsets, at most 64.</summary>
    public required int Count { get; init; }

    /// <summary>Its bits in the block.</summary>
    public ulong Mask => CursorBlock.Bits(Count) << From;

    /// <summary>Its first offset.</summary>
    public long FirstOffset => (Number << CursorBlock.Shift) + From;
}
