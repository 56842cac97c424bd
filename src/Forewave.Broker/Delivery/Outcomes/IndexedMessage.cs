namespace Forewave.Broker.Delivery.Outcomes;

/// <summary>A message as the groups of its queue see it.</summary>
/// <param name="Index">Number of its index: the queue's, or that of the queue's band of its priority.</param>
/// <param name="Offset">Its offset there.</param>
internal readonly record struct IndexedMessage(uint Index, long Offset)
{
    /// <summary>Its tag as UTF-8; empty: it has none.</summary>
    public required ReadOnlyMemory<byte> Tag { get; init; }
}
