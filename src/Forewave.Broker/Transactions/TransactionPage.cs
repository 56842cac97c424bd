namespace Forewave.Broker.Transactions;

/// <summary>Some of the open transactions.</summary>
/// <param name="Transactions">They, in the order in which they were begun.</param>
/// <param name="More">There are more after them.</param>
/// <param name="Open">How many are open.</param>
internal sealed record TransactionPage(IReadOnlyList<TransactionEntry> Transactions, bool More, long Open);
