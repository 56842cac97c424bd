using Forewave.Protocol;
using Forewave.Storage;

namespace Forewave.Broker.Search;

/// <summary>A message that a search found, and where it is.</summary>
internal sealed record FoundMessage
{
    /// <summary>Log position of its publish.</summary>
    public required LogPosition Id { get; init; }

    /// <summary>Its offset as on the wire; 0: it is scheduled.</summary>
    public long Offset { get; init; }

    /// <summary>When it was published.</summary>
    public required Timestamp PublishTime { get; init; }

    /// <summary>When it came into the queue; null: it is scheduled.</summary>
    public Timestamp? QueuedTime { get; init; }

    /// <summary>When it is due; null: it is in the queue.</summary>
    public Timestamp? Due { get; init; }

    /// <summary>The encoded message.</summary>
    public required byte[] Message { get; init; }
}
