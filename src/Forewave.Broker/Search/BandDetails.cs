namespace Forewave.Broker.Search;

/// <summary>Messages of a queue with one priority, at one moment.</summary>
internal readonly record struct BandDetails
{
    /// <summary>The index in the store.</summary>
    public required uint Index { get; init; }

    /// <summary>The first offset that is there.</summary>
    public required long Lowest { get; init; }

    /// <summary>The offset that the next message gets.</summary>
    public required long End { get; init; }

    /// <summary>Unix time in milliseconds at which the newest came into the queue; 0 where there was none.</summary>
    public required long LastPublishTime { get; init; }
}
