using System.Numerics;

namespace Forewave.Broker.Delivery.Cursors;

/// <summary>
/// What a cursor knows at or after its read offset: messages that are settled or leased though nothing before them was handed
/// out. Rare: it costs a look at a number where there is none. Changed by its cursor. For the loop alone.
/// </summary>
internal sealed class KnownAhead(CursorBlocks blocks)
{
    private int _count;

    /// <summary>There is something.</summary>
    public bool Any => _count > 0;

    /// <summary>The first offset of a span that is not known; the span's end when there is none.</summary>
    public long NextUnknown(OffsetSpan span) => Next(span, wanted: false);

    /// <summary>The first offset of a span that is known; the span's end when there is none.</summary>
    public long NextKnown(OffsetSpan span) => Next(span, wanted: true);

    /// <summary>Messages of a block are known.</summary>
    public void Mark(CursorBlock block, ulong mask)
    {
        _count += BitOperations.PopCount(mask & ~block.Ahead);
        block.Ahead |= mask;
    }

    /// <summary>The read offset passes a span: it is no longer ahead.</summary>
    public void Clear(OffsetSpan span)
    {
        if (_count == 0)
            return;
        foreach (var part in span)
        {
            var block = blocks.Find(part.Number);
            if (block is null)
                continue;
            _count -= BitOperations.PopCount(block.Ahead & part.Mask);
            block.Ahead &= ~part.Mask;
            blocks.DropIfEmpty(part.Number, block);
        }
    }

    /// <summary>Nothing is known any more.</summary>
    public void ClearAll()
    {
        if (_count == 0)
            return;
        foreach (long number in blocks.Numbers.ToArray())
        {
            var block = blocks.Get(number);
            block.Ahead = 0;
            blocks.DropIfEmpty(number, block);
        }
        _count = 0;
    }

    /// <summary>Puts back what a checkpoint holds.</summary>
    public void Restore(long first, int count)
    {
        foreach (var part in OffsetSpan.Of(first, count))
            Mark(blocks.Get(part.Number), part.Mask);
    }

    private long Next(OffsetSpan span, bool wanted)
    {
        if (_count == 0)
            return wanted ? span.End : span.First;
        foreach (var part in span)
        {
            ulong ahead = blocks.Find(part.Number)?.Ahead ?? 0;
            ulong found = part.Mask & (wanted ? ahead : ~ahead);
            if (found != 0)
                return (part.Number << CursorBlock.Shift) + BitOperations.TrailingZeroCount(found);
        }
        return Math.Max(span.First, span.End);
    }
}
