using Forewave.Protocol;

namespace Forewave.Client.Administration;

/// <summary>Messages of consecutive offsets that a consumer has by one lease. Immutable.</summary>
public sealed record LeaseDetails
{
    /// <summary>The partition whose offsets they are; null: there is one.</summary>
    public PartitionNumber? Partition { get; init; }

    /// <summary>The first offset.</summary>
    public required Offset FirstOffset { get; init; }

    /// <summary>How many messages.</summary>
    public required int Count { get; init; }

    /// <summary>Their attempt.</summary>
    public required Attempt Attempt { get; init; }

    /// <summary>Name of the consumer that has them.</summary>
    public required string Consumer { get; init; }

    /// <summary>Its id.</summary>
    public required ConsumerId ConsumerId { get; init; }

    /// <summary>When they were handed out.</summary>
    public required DateTimeOffset Since { get; init; }

    /// <summary>When the lease ends, as recorded; after a restart of the broker it runs its whole length again.</summary>
    public required DateTimeOffset End { get; init; }
}
