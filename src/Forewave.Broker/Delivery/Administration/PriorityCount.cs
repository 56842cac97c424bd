using Forewave.Broker.Delivery.Priorities;

namespace Forewave.Broker.Delivery.Administration;

/// <summary>Messages of one priority.</summary>
/// <param name="Band">Their band.</param>
internal readonly record struct PriorityCount(PriorityBand Band)
{
    /// <summary>How many.</summary>
    public required long Messages { get; init; }

    /// <summary>The index that they stand in.</summary>
    public required uint Index { get; init; }

    /// <summary>The lowest of their offsets in the band, where there is one.</summary>
    public required long First { get; init; }

    /// <summary>Unix time in milliseconds when the oldest one became available; 0: there is none, or it is not known.</summary>
    public long OldestTime { get; init; }
}
