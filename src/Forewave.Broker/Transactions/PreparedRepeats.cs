using Forewave.Protocol;

namespace Forewave.Broker.Transactions;

/// <summary>
/// Messages of a RepeatedInTransaction record: consecutive numbers in their transaction that have no messages in it, because others with their
/// deduplication ids are stored, or are in it.
/// </summary>
internal sealed class PreparedRepeats
{
    /// <summary>Number of the queue that they were for.</summary>
    public required uint Queue { get; init; }

    /// <summary>Number of the first one in the transaction, from 1.</summary>
    public required uint First { get; init; }

    /// <summary>How many.</summary>
    public required int Count { get; init; }

    /// <summary>Log position of the first one's original; those of the others follow.</summary>
    public required LogPosition Original { get; init; }
}
