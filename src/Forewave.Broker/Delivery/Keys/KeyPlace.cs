namespace Forewave.Broker.Delivery.Keys;

/// <summary>One unsettled message in the line of its ordering key. A place in <see cref="KeyLines"/>.</summary>
internal struct KeyPlace
{
    /// <summary>Its key.</summary>
    public OrderingKeyHash Key;

    /// <summary>Its offset.</summary>
    public long Offset;

    /// <summary>The place behind it in the line, or the next free place; -1 at the end.</summary>
    public int Next;

    /// <summary>The place before it in the line; -1 at the front.</summary>
    public int Previous;
}
