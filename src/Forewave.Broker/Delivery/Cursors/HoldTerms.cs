namespace Forewave.Broker.Delivery.Cursors;

/// <summary>What a new hold is to be.</summary>
internal readonly record struct HoldTerms
{
    /// <summary>Lease or wait.</summary>
    public required HoldKind Kind { get; init; }

    /// <summary>A lease of settled messages that come once more.</summary>
    public bool IsReplayed { get; init; }

    /// <summary>Unix time in milliseconds of its end.</summary>
    public required long EndTime { get; init; }

    /// <summary>Unix time in milliseconds when the lease was given; of a wait 0.</summary>
    public long SinceTime { get; init; }

    /// <summary>Length of the lease in milliseconds; of a wait 0.</summary>
    public uint VisibilityMilliseconds { get; init; }

    /// <summary>The epoch that gives the lease; of a wait 0.</summary>
    public uint Epoch { get; init; }

    /// <summary>Who gets the lease; of a wait null.</summary>
    public GroupConsumer? Consumer { get; init; }
}
