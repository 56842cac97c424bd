namespace Forewave.Broker.Delivery.Cursors;

/// <summary>Consecutive offsets; <c>foreach</c> gives the part of them in each block. Empty where the end is not past the first.</summary>
internal readonly record struct OffsetSpan
{
    /// <summary>The first offset.</summary>
    public required long First { get; init; }

    /// <summary>The offset after the last one.</summary>
    public required long End { get; init; }

    /// <summary>So many offsets from one on.</summary>
    public static OffsetSpan Of(long first, int count) => new() { First = first, End = first + count };

    /// <summary>The part in the block of the first offset; there is at least one.</summary>
    public BlockPart FirstPart()
    {
        int from = (int)(First & (CursorBlock.Size - 1));
        return new BlockPart(First >> CursorBlock.Shift, from) { Count = (int)Math.Min(CursorBlock.Size - from, End - First) };
    }

    /// <summary>For <c>foreach</c>.</summary>
    public BlockWalk GetEnumerator() => new(this);
}
