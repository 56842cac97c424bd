using Forewave.Protocol;

namespace Forewave.Client.Administration;

/// <summary>An ordering key that a group has set aside, with the message that failed and all that follows it. Immutable.</summary>
public sealed record ParkedKey
{
    /// <summary>The key.</summary>
    public required string OrderingKey { get; init; }

    /// <summary>The message that failed.</summary>
    public required Offset Offset { get; init; }

    /// <summary>When it was parked.</summary>
    public required DateTimeOffset Time { get; init; }

    /// <summary>Why the last attempt failed.</summary>
    public required string Reason { get; init; }
}
