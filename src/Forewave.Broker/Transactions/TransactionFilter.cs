namespace Forewave.Broker.Transactions;

/// <summary>Which open transactions are wanted.</summary>
/// <param name="ProducerName">Of producers with this name; empty: of all.</param>
/// <param name="OnlyWaiting">Those alone that wait for an operator.</param>
internal readonly record struct TransactionFilter(string ProducerName, bool OnlyWaiting)
{
    /// <summary>Whether one is.</summary>
    public bool Takes(Transaction transaction) =>
        (ProducerName.Length == 0 || transaction.ProducerName == ProducerName) && (!OnlyWaiting || transaction.IsWaiting);
}
