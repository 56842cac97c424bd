using Forewave.Protocol;

namespace Forewave.Broker.Transactions;

/// <summary>Messages of one Prepared record: consecutive numbers in their transaction, consecutive places in their lane.</summary>
internal sealed class PreparedRun
{
    /// <summary>Number of the queue that they are for.</summary>
    public required uint Queue { get; init; }

    /// <summary>Number of the first one in the transaction, from 1.</summary>
    public required uint First { get; init; }

    /// <summary>How many.</summary>
    public required int Count { get; init; }

    /// <summary>Log position of the first one: its id.</summary>
    public required LogPosition Position { get; init; }

    /// <summary>Where they are kept.</summary>
    public required PreparedLane Lane { get; init; }

    /// <summary>Place of the first one.</summary>
    public required long Place { get; init; }

    /// <summary>Where it stands in the lane; null: not there, or not any more. The lane's.</summary>
    public LinkedListNode<PreparedRun>? InLane { get; set; }
}
