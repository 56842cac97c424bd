using Forewave.Protocol;

namespace Forewave.Client.Administration;

/// <summary>A group of one queue, as its broker saw it when it answered. Immutable.</summary>
public sealed record GroupDetails
{
    /// <summary>Its queue.</summary>
    public required QueueName Queue { get; init; }

    /// <summary>Its name.</summary>
    public required GroupName Name { get; init; }

    /// <summary>Its number in lease handles.</summary>
    public required GroupId Id { get; init; }

    /// <summary>Its options, all of them.</summary>
    public required GroupSettings Settings { get; init; }

    /// <summary>The next offset to be handed out for the first time.</summary>
    public required Offset ReadOffset { get; init; }

    /// <summary>Messages that were not handed out yet.</summary>
    public required long Unread { get; init; }

    /// <summary>
    /// Of these, by priority, the highest first; empty where all messages of the queue have the same one, and where the group was listed.
    /// </summary>
    public IReadOnlyList<PriorityCount> UnreadByPriority { get; init; } = [];

    /// <summary>Messages that a consumer has and did not settle yet.</summary>
    public required long Leased { get; init; }

    /// <summary>Messages that wait to be handed out again.</summary>
    public required long Waiting { get; init; }

    /// <summary>Messages that wait for one before them in their ordering key.</summary>
    public long Held { get; init; }

    /// <summary>Ordering keys that are set aside.</summary>
    public long Parked { get; init; }

    /// <summary>The first 1,000 of them, by the offset of the message that failed.</summary>
    public IReadOnlyList<ParkedKey> ParkedKeys { get; init; } = [];

    /// <summary>
    /// It has as many unsettled messages or parked keys as it may, or what it has not settled takes as much of the broker's memory as
    /// it may (64 MiB by default; more than 1 MiB where all groups take 512 MiB): nothing is handed out for the first time until some
    /// are settled.
    /// </summary>
    public bool IsPaused { get; init; }

    /// <summary>The consumer that gets everything, where one does and is there; else null.</summary>
    public string? ActiveConsumer { get; init; }

    /// <summary>Its id; <c>default</c> where there is none.</summary>
    public ConsumerId ActiveConsumerId { get; init; }

    /// <summary>When the oldest message that was not handed out became available; null: there is none, or the group was listed.</summary>
    public DateTimeOffset? OldestUnreadTime { get; init; }

    /// <summary>The same of what was handed out and is not settled.</summary>
    public DateTimeOffset? OldestUnsettledTime { get; init; }

    /// <summary>Its consumers, the first 1,000; empty where the group was listed.</summary>
    public IReadOnlyList<ConsumerDetails> ConsumerList { get; init; } = [];

    /// <summary>Messages that it has not done: unread, leased, waiting, held and parked.</summary>
    public long Lag => Unread + Leased + Waiting + Held + Parked;

    /// <summary>The replay that runs, or the last one; null: there was none.</summary>
    public ReplayDetails? Replay { get; init; }

    /// <summary>Dead letters.</summary>
    public required long Dead { get; init; }

    /// <summary>It has as many dead letters as it may (1,000,000): nothing is handed out for the first time until some are gone.</summary>
    public bool IsDeadFull { get; init; }

    /// <summary>Consumers that are connected.</summary>
    public required int Consumers { get; init; }

    /// <summary>Messages that expired before the group settled them, and were dropped.</summary>
    public long Expired { get; init; }

    /// <summary>Messages that retention passed before the group settled them.</summary>
    public required long Missed { get; init; }

    /// <summary>Partitions that did not answer, and are not counted in what is told here; empty but in a cluster.</summary>
    public IReadOnlyList<PartitionNumber> Unanswered { get; init; } = [];
}
