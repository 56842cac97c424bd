using Forewave.Protocol;
using Forewave.Storage;

namespace Forewave.Broker.Transactions;

/// <summary>How a transaction ended.</summary>
internal readonly record struct FinishedTransaction
{
    /// <summary>How.</summary>
    public required TransactionDecision Decision { get; init; }

    /// <summary>How many messages it had.</summary>
    public required int Messages { get; init; }

    /// <summary>Log position of the record that says so.</summary>
    public required LogPosition Position { get; init; }

    /// <summary>When.</summary>
    public required Timestamp Ended { get; init; }

    /// <summary>The name of its producer: nobody else hears of it.</summary>
    public required string ProducerName { get; init; }
}
