namespace Forewave.Broker.Transactions;

/// <summary>When a producer is asked what became of a transaction on which it stays silent.</summary>
internal readonly record struct CheckBackTerms
{
    /// <summary>How long after the last that was heard of the transaction.</summary>
    public required TimeSpan First { get; init; }

    /// <summary>How long after the question before.</summary>
    public required TimeSpan Interval { get; init; }

    /// <summary>After so many questions the transaction waits for an operator.</summary>
    public required int Checks { get; init; }
}
