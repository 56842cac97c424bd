using Forewave.Protocol;

namespace Forewave.Client.Administration;

/// <summary>A message that is not due yet, as its broker saw it when it answered. Immutable.</summary>
public sealed record ScheduledMessage
{
    /// <summary>The message's id: what it is cancelled and rescheduled by, and what it will have when it is delivered.</summary>
    public required MessageId Id { get; init; }

    /// <summary>When it is due.</summary>
    public required DateTimeOffset DeliverAt { get; init; }

    /// <summary>When it was published.</summary>
    public required DateTimeOffset PublishTime { get; init; }

    /// <summary>Its keys, in their order.</summary>
    public required IReadOnlyList<string> Keys { get; init; }

    /// <summary>Its tag; null where there is none.</summary>
    public required string? Tag { get; init; }

    /// <summary>Bytes of its body.</summary>
    public required int BodyBytes { get; init; }

    /// <summary>The name of the recurring message that it comes from; null where it was published.</summary>
    public required string? Recurring { get; init; }

    /// <summary>Its body; null unless it was asked for.</summary>
    public ReadOnlyMemory<byte>? Body { get; init; }
}
