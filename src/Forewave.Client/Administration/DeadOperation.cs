using Forewave.Protocol;

namespace Forewave.Client.Administration;

/// <summary>
/// An operation on the dead letters of a group: who did what, why, and how far it is. One that was begun at several partitions has their
/// counts together, runs until the last of them has ended, and began with the first. Immutable.
/// </summary>
public sealed record DeadOperation
{
    /// <summary>Which: what it is watched, cancelled and undone by.</summary>
    public required DeadOperationId Id { get; init; }

    /// <summary>The queue.</summary>
    public required QueueName Queue { get; init; }

    /// <summary>The group.</summary>
    public required GroupName Group { get; init; }

    /// <summary>How far it is.</summary>
    public required DeadOperationState State { get; init; }

    /// <summary>What was asked for.</summary>
    public required DeadOperationTerms Terms { get; init; }

    /// <summary>It was for places that somebody named.</summary>
    public bool IsNamed { get; init; }

    /// <summary>Of an undo: the operation that it took back; else null.</summary>
    public DeadOperationId? Undone { get; init; }

    /// <summary>Who: the name of the client; empty where it gave none.</summary>
    public required string Client { get; init; }

    /// <summary>Who: the address of the client's connection; empty where it has none.</summary>
    public required string Address { get; init; }

    /// <summary>When it began, by the broker's clock. What died later is left alone.</summary>
    public required DateTimeOffset Begun { get; init; }

    /// <summary>When it ended; null: it is running.</summary>
    public DateTimeOffset? Ended { get; init; }

    /// <summary>Dead letters that it looked at; where they were named or all at once, 0.</summary>
    public required long Scanned { get; init; }

    /// <summary>Dead letters that it redrove, purged or took back.</summary>
    public required long Messages { get; init; }
}
