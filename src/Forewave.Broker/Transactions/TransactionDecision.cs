namespace Forewave.Broker.Transactions;

/// <summary>How a transaction ended. The numbers are on disk and on the wire.</summary>
internal enum TransactionDecision : byte
{
    /// <summary>It did not.</summary>
    None = 0,

    /// <summary>Its messages became available.</summary>
    Commit = 1,

    /// <summary>Its messages are gone.</summary>
    RollBack = 2,
}
