using Forewave.Protocol;

namespace Forewave.Client.Administration;

/// <summary>One message and where it is, at one moment. Immutable.</summary>
public sealed record MessageDetails
{
    /// <summary>Its id.</summary>
    public required MessageId Id { get; init; }

    /// <summary>Its queue.</summary>
    public required QueueName Queue { get; init; }

    /// <summary>In its queue, still to come, or withdrawn.</summary>
    public required MessageWhere Where { get; init; }

    /// <summary>Its offset; null where it is not in its queue.</summary>
    public Offset? Offset { get; init; }

    /// <summary>When it was published.</summary>
    public required DateTimeOffset PublishTime { get; init; }

    /// <summary>When it is due, or was, of one that is scheduled or cancelled; else null.</summary>
    public DateTimeOffset? DeliverAt { get; init; }

    /// <summary>When it came out; null: it was never scheduled, or is so still.</summary>
    public DateTimeOffset? ReleaseTime { get; init; }

    /// <summary>When it expires by itself; null: it names no time of its own.</summary>
    public DateTimeOffset? ExpiresAt { get; init; }

    /// <summary>Name of the producer; empty where it is not known any more.</summary>
    public required string Producer { get; init; }

    /// <summary>The body.</summary>
    public required ReadOnlyMemory<byte> Body { get; init; }

    /// <summary>The keys, in their order.</summary>
    public required IReadOnlyList<string> Keys { get; init; }

    /// <summary>The tag; null: none.</summary>
    public string? Tag { get; init; }

    /// <summary>The headers, in their order.</summary>
    public required IReadOnlyList<KeyValuePair<string, ReadOnlyMemory<byte>>> Headers { get; init; }

    /// <summary>The ordering key; null: none.</summary>
    public string? OrderingKey { get; init; }

    /// <summary>0 to 9.</summary>
    public required int Priority { get; init; }

    /// <summary>The deduplication id; null: none.</summary>
    public string? DeduplicationId { get; init; }

    /// <summary>What became of it in each group of its queue, oldest group first; empty where it is not in its queue.</summary>
    public required IReadOnlyList<GroupMessage> Groups { get; init; }
}
