namespace Forewave.Broker.Delivery.Keys;

/// <summary>The group has met a message with an ordering key.</summary>
/// <param name="Offset">Its offset.</param>
/// <param name="Key">Its key.</param>
internal readonly record struct KeyNote(long Offset, OrderingKeyHash Key)
{
    /// <summary>Its place in the dead letters where it was redriven from there; else 0.</summary>
    public long Place { get; init; }
}
