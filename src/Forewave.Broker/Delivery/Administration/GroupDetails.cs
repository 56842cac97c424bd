using Forewave.Broker.Delivery.Groups;
using Forewave.Broker.Delivery.Keys;
using Forewave.Broker.Delivery.Replays;
using Forewave.Protocol;

namespace Forewave.Broker.Delivery.Administration;

/// <summary>A group as operators see it, at one moment.</summary>
internal sealed record GroupDetails
{
    /// <summary>Its name.</summary>
    public required GroupName Name { get; init; }

    /// <summary>Its number.</summary>
    public required uint Id { get; init; }

    /// <summary>Its options.</summary>
    public required GroupOptions Options { get; init; }

    /// <summary>The next offset to be handed out for the first time.</summary>
    public required long ReadOffset { get; init; }

    /// <summary>Messages not handed out yet.</summary>
    public required long Unread { get; init; }

    /// <summary>Of these, by priority, the highest first; only where one group is looked at.</summary>
    public IReadOnlyList<PriorityCount> UnreadByPriority { get; init; } = [];

    /// <summary>Messages that a consumer has.</summary>
    public required long Leased { get; init; }

    /// <summary>Messages that wait to be handed out again.</summary>
    public required long Waiting { get; init; }

    /// <summary>Messages that wait for one before them in their ordering key.</summary>
    public required long Held { get; init; }

    /// <summary>Ordering keys that are set aside, by offset.</summary>
    public required IReadOnlyList<ParkedKey> Parked { get; init; }

    /// <summary>Dead letters.</summary>
    public required long Dead { get; init; }

    /// <summary>It has as many dead letters as it may.</summary>
    public required bool IsDeadFull { get; init; }

    /// <summary>Consumers that are subscribed.</summary>
    public required int Consumers { get; init; }

    /// <summary>The consumer that gets everything; null where all do, or where there is none.</summary>
    public (string Name, ConsumerId Id)? Active { get; init; }

    /// <summary>Its consumers, the first 1,000; only where one group is looked at.</summary>
    public IReadOnlyList<ConsumerDetails> ConsumerList { get; init; } = [];

    /// <summary>Unix time in milliseconds when the oldest message that was not handed out became available; 0: unknown, or none.</summary>
    public long OldestUnreadTime { get; init; }

    /// <summary>The same of what was handed out and is not settled.</summary>
    public long OldestUnsettledTime { get; init; }

    /// <summary>The replay that runs, or the last one; null: there was none.</summary>
    public ReplayDetails? Replay { get; init; }

    /// <summary>Messages that were gone before the group settled them.</summary>
    public required long Missed { get; init; }

    /// <summary>Messages that expired before the group settled them, and were dropped.</summary>
    public required long Expired { get; init; }

    /// <summary>It has as many unsettled messages as it may: no first deliveries until some are settled.</summary>
    public required bool IsPaused { get; init; }
}
