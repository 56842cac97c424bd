namespace Forewave.Broker.Search.Keys;

/// <summary>Where a message is.</summary>
/// <param name="Index">The queue's index in the store, with its band of priority.</param>
/// <param name="Offset">The offset there.</param>
internal readonly record struct KeyPlace(uint Index, long Offset) : IComparable<KeyPlace>
{
    /// <summary>Orders by index, then by offset.</summary>
    public int CompareTo(KeyPlace other)
    {
        int order = Index.CompareTo(other.Index);
        return order != 0 ? order : Offset.CompareTo(other.Offset);
    }
}
