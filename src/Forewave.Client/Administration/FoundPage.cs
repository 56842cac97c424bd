using Forewave.Protocol;

namespace Forewave.Client.Administration;

/// <summary>What one step of a search found, and how far it came. Immutable.</summary>
public sealed record FoundPage
{
    /// <summary>The messages; there may be none though it is not the last page.</summary>
    public required IReadOnlyList<FoundMessage> Messages { get; init; }

    /// <summary>
    /// Goes on from here, with the same queue and filter, at any time and over any connection; null: every message was looked at.
    /// </summary>
    public required string? Resume { get; init; }

    /// <summary>Messages that this step read.</summary>
    public required long LookedAt { get; init; }

    /// <summary>Bytes of messages that this step read.</summary>
    public required long BytesRead { get; init; }

    /// <summary>When the last of them came into the queue; null where none did.</summary>
    public required DateTimeOffset? ReachedTime { get; init; }

    /// <summary>Messages of the queue that are still to be looked at, about; of several partitions, of the one that this step came to.</summary>
    public required long Left { get; init; }

    /// <summary>Partitions that come after that one; 0 where there is one partition.</summary>
    public int PartitionsLeft { get; init; }

    /// <summary>Partitions that this step passed over because they did not answer: what they have is missing.</summary>
    public IReadOnlyList<PartitionNumber> Unanswered { get; init; } = [];

    /// <summary>Messages that could not be looked at because their bytes rotted on the broker's disk.</summary>
    public required long Damaged { get; init; }
}
