using Forewave.Protocol;

namespace Forewave.Client.Administration;

/// <summary>A message of a transaction that is not decided. Immutable.</summary>
public sealed record PreparedMessage
{
    /// <summary>Its number in the transaction, from 1.</summary>
    public required int Number { get; init; }

    /// <summary>Its queue; null: it was deleted, and the message goes with it.</summary>
    public required QueueName? Queue { get; init; }

    /// <summary>The id that it has when it comes.</summary>
    public required MessageId Id { get; init; }

    /// <summary>Its body; null where its bytes rotted.</summary>
    public required ReadOnlyMemory<byte>? Body { get; init; }
}
