using Forewave.Broker.Delivery.Outcomes;
using Forewave.Broker.Queues;
using Forewave.Protocol;
using Forewave.Storage;

namespace Forewave.Broker.Messages;

/// <summary>A message that was found by its id, and where it is.</summary>
internal sealed record FoundMessage
{
    /// <summary>Log position of its publish.</summary>
    public required LogPosition Id { get; init; }

    /// <summary>Its queue.</summary>
    public required QueueEntry Queue { get; init; }

    /// <summary>In its queue, still to come, or withdrawn.</summary>
    public required MessageWhere Where { get; init; }

    /// <summary>When it was published.</summary>
    public required Timestamp PublishTime { get; init; }

    /// <summary>Number of its producer.</summary>
    public required uint Producer { get; init; }

    /// <summary>The encoded message, memory of its own.</summary>
    public required ReadOnlyMemory<byte> Message { get; init; }

    /// <summary>When it is due; null: it never had a delay, or is in its queue.</summary>
    public Timestamp? Due { get; init; }

    /// <summary>When it came out; null: it was never scheduled, or is so still.</summary>
    public Timestamp? Released { get; init; }

    /// <summary>Where the groups of its queue find it; null: it is not in its queue.</summary>
    public IndexedMessage? Indexed { get; init; }
}
