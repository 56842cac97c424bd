namespace Forewave.Broker.Deduplication.Slices;

/// <summary>Which tables a slice was made of, by the order in which they were sealed.</summary>
internal readonly record struct SealRange
{
    /// <summary>The oldest.</summary>
    public required ulong First { get; init; }

    /// <summary>The newest.</summary>
    public required ulong Last { get; init; }
}
