namespace Forewave.Broker.Delivery.Cursors;

/// <summary>Walks the blocks that a span of offsets touches.</summary>
internal struct BlockWalk(OffsetSpan span)
{
    private long _next = span.First;

    /// <summary>The part of the span in the block that the walk stands at.</summary>
    public BlockPart Current { get; private set; }

    /// <summary>Steps to the next block.</summary>
    public bool MoveNext()
    {
        if (_next >= span.End)
            return false;
        Current = (span with { First = _next }).FirstPart();
        _next += Current.Count;
        return true;
    }
}
