namespace Forewave.Broker.Delivery.Cursors;

/// <summary>The part of a range of offsets that lies in one block.</summary>
/// <param name="Number">The block's number.</param>
/// <param name="From">Place of the first offset in the block.</param>
/// <param name="Count">How many offsets, at most 64.</param>
internal readonly record struct BlockPart(long Number, int From, int Count)
{
    /// <summary>Its bits in the block.</summary>
    public ulong Mask => CursorBlock.Mask(From, Count);

    /// <summary>Its first offset.</summary>
    public long FirstOffset => (Number << CursorBlock.Shift) + From;

    /// <summary>The part of [<paramref name="offset"/>, <paramref name="end"/>) in the first block that it touches.</summary>
    public static BlockPart At(long offset, long end)
    {
        int from = (int)(offset & (CursorBlock.Size - 1));
        return new BlockPart(offset >> CursorBlock.Shift, from, (int)Math.Min(CursorBlock.Size - from, end - offset));
    }
}
