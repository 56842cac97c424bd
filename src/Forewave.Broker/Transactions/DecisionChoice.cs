using Forewave.Protocol;

namespace Forewave.Broker.Transactions;

/// <summary>What becomes of a transaction, and who says so.</summary>
internal readonly record struct DecisionChoice
{
    /// <summary>Which.</summary>
    public required LogPosition Transaction { get; init; }

    /// <summary>How it ends.</summary>
    public required TransactionDecision Decision { get; init; }

    /// <summary>The producer that decides; null: an operator does.</summary>
    public string? ProducerName { get; init; }

    /// <summary>Whether its user may publish to a queue, by its number; null: to all.</summary>
    public Func<uint, bool>? MayPublish { get; init; }
}
