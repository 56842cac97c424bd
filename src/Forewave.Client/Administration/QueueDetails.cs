using Forewave.Protocol;

namespace Forewave.Client.Administration;

/// <summary>A queue, as its broker saw it when it answered. Immutable.</summary>
public sealed record QueueDetails
{
    /// <summary>Its name.</summary>
    public required QueueName Name { get; init; }

    /// <summary>Its number in the partition's log and in lease handles.</summary>
    public required QueueId Id { get; init; }

    /// <summary>A publish is answered before it is synced.</summary>
    public required bool Relaxed { get; init; }

    /// <summary>How long a message is kept.</summary>
    public required TimeSpan Retention { get; init; }

    /// <summary>How long a message that names no time of its own is delivered; zero: as long as it is kept.</summary>
    public TimeSpan TimeToLive { get; init; }

    /// <summary>How long a deduplication id is known; zero from a broker that knows none.</summary>
    public required TimeSpan DeduplicationWindow { get; init; }

    /// <summary>Each delivery and settle is kept.</summary>
    public required bool Trace { get; init; }

    /// <summary>It is deleted when nobody uses it for so long; zero: never.</summary>
    public required TimeSpan DeleteWhenIdle { get; init; }

    /// <summary>Offset of the oldest message that is still there.</summary>
    public required Offset FirstOffset { get; init; }

    /// <summary>The offset that the next message will have; equal to <see cref="FirstOffset"/> where there is none.</summary>
    public required Offset NextOffset { get; init; }

    /// <summary>Messages in it.</summary>
    public required long Messages { get; init; }

    /// <summary>Of these, by priority, the highest first; empty where all have the same one.</summary>
    public IReadOnlyList<PriorityCount> MessagesByPriority { get; init; } = [];

    /// <summary>Messages that are not due yet; not among <see cref="Messages"/>.</summary>
    public required long Scheduled { get; init; }

    /// <summary>Their bytes in the log.</summary>
    public required long Bytes { get; init; }

    /// <summary>Its groups.</summary>
    public required int Groups { get; init; }

    /// <summary>When its newest message was published; null where none was.</summary>
    public required DateTimeOffset? LastPublishTime { get; init; }

    /// <summary>Partitions that did not answer, and are not counted in what is told here; empty but in a cluster.</summary>
    public IReadOnlyList<PartitionNumber> Unanswered { get; init; } = [];
}
