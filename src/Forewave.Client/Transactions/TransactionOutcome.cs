namespace Forewave.Client.Transactions;

/// <summary>What became of the program's part of a transaction.</summary>
public enum TransactionOutcome
{
    /// <summary>It is not known yet: the broker asks again.</summary>
    Unknown,

    /// <summary>It was committed: the messages have to come.</summary>
    Committed,

    /// <summary>It was rolled back, and cannot be committed any more: no message may come.</summary>
    RolledBack,
}
