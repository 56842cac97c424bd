using Forewave.Protocol;

namespace Forewave.Broker.Delivery.Administration;

/// <summary>A group in figures, for metrics: at one moment, some seconds ago. Immutable.</summary>
internal sealed record GroupFigures
{
    /// <summary>Its number.</summary>
    public required uint Id { get; init; }

    /// <summary>Its queue's number.</summary>
    public required uint Queue { get; init; }

    /// <summary>Its name.</summary>
    public required GroupName Name { get; init; }

    /// <summary>Messages that it has not done: unread, leased, waiting, held and parked.</summary>
    public required long Lag { get; init; }

    /// <summary>Messages that consumers have.</summary>
    public required long Leased { get; init; }

    /// <summary>Dead letters.</summary>
    public required long Dead { get; init; }

    /// <summary>Consumers that are subscribed.</summary>
    public required int Consumers { get; init; }

    /// <summary>Of these, and of those that are gone and have leases, how many are stuck.</summary>
    public required int Stuck { get; init; }

    /// <summary>Offsets that its replay has not come to.</summary>
    public required long ReplayLeft { get; init; }

    /// <summary>Unread ones in each band of priority.</summary>
    public required IReadOnlyList<PriorityCount> Unread { get; init; }

    /// <summary>The lowest unsettled offset in each index.</summary>
    public required IReadOnlyList<(uint Index, long Offset)> Unsettled { get; init; }

    /// <summary>Unix time in milliseconds when the oldest message that is not done became available; 0: none, or not known.</summary>
    public long OldestTime { get; init; }
}
