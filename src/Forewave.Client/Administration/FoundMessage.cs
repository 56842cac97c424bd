using Forewave.Protocol;

namespace Forewave.Client.Administration;

/// <summary>A message that was found, and where it is. Immutable.</summary>
public sealed record FoundMessage
{
    /// <summary>Its id, as its receipt has it.</summary>
    public required MessageId Id { get; init; }

    /// <summary>Its place in the queue; null: it is scheduled and has none yet.</summary>
    public required Offset? Offset { get; init; }

    /// <summary>When it was published.</summary>
    public required DateTimeOffset PublishTime { get; init; }

    /// <summary>When it came into the queue; null: it is scheduled.</summary>
    public required DateTimeOffset? QueuedTime { get; init; }

    /// <summary>When it is due; null: it is in the queue.</summary>
    public required DateTimeOffset? DeliverAt { get; init; }

    /// <summary>0 to 9.</summary>
    public required int Priority { get; init; }

    /// <summary>The keys, in their order.</summary>
    public required IReadOnlyList<string> Keys { get; init; }

    /// <summary>The tag; null where there is none.</summary>
    public required string? Tag { get; init; }

    /// <summary>The ordering key; null where there is none.</summary>
    public required string? OrderingKey { get; init; }

    /// <summary>Bytes of its body.</summary>
    public required int BodyBytes { get; init; }

    /// <summary>How many headers it has.</summary>
    public required int HeaderCount { get; init; }

    /// <summary>Body and headers; null where they were not asked for.</summary>
    public required FoundContent? Content { get; init; }
}
