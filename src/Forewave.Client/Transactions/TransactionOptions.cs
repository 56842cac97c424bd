using Forewave.Protocol;

namespace Forewave.Client.Transactions;

/// <summary>Where a transaction is to be. Of no use while there is one partition. Immutable.</summary>
public sealed record TransactionOptions
{
    /// <summary>The partition. Default: that of <see cref="OrderingKey"/>, else one after the other of those that answer.</summary>
    public PartitionNumber? Partition { get; init; }

    /// <summary>
    /// The partition that has this ordering key in <see cref="Queue"/>, or, of a message without one, this deduplication id. Default: none.
    /// </summary>
    public string? OrderingKey { get; init; }

    /// <summary>The queue of the ordering key.</summary>
    public QueueName? Queue { get; init; }
}
