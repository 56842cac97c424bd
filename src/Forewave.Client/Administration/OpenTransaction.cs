using Forewave.Protocol;

namespace Forewave.Client.Administration;

/// <summary>A transaction that is not decided, as its broker saw it when it answered. Immutable.</summary>
public sealed record OpenTransaction
{
    /// <summary>Names it.</summary>
    public required TransactionId Id { get; init; }

    /// <summary>The name of its producer.</summary>
    public required string Producer { get; init; }

    /// <summary>When it was begun, by the broker's clock.</summary>
    public required DateTimeOffset Begun { get; init; }

    /// <summary>How many messages it has.</summary>
    public required int Messages { get; init; }

    /// <summary>Bytes of them.</summary>
    public required long Bytes { get; init; }

    /// <summary>How often its producers were asked since the broker started.</summary>
    public required int Checks { get; init; }

    /// <summary>They are not asked any more: somebody has to decide.</summary>
    public required bool IsWaiting { get; init; }

    /// <summary>The queues that its messages are for, but for those that were deleted.</summary>
    public required IReadOnlyList<QueueName> Queues { get; init; }
}
