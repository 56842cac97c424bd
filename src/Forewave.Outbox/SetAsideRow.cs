using Forewave.Protocol;

namespace Forewave.Outbox;

/// <summary>A row of the outbox that was not sent, or of which nobody knows whether it was. Immutable.</summary>
public sealed record SetAsideRow
{
    /// <summary>The row's id.</summary>
    public required long Id { get; init; }

    /// <summary>The queue it is for.</summary>
    public required QueueName Queue { get; init; }

    /// <summary>Why: the broker's error, or <c>OutboxInDoubt</c>: it may be stored.</summary>
    public required ErrorCode Error { get; init; }

    /// <summary>When the row was written, by the database's clock.</summary>
    public required DateTimeOffset CreatedAt { get; init; }

    /// <summary>When it was set aside, by the database's clock.</summary>
    public required DateTimeOffset SetAsideAt { get; init; }

    /// <summary>Bytes of its message.</summary>
    public required int MessageBytes { get; init; }
}
