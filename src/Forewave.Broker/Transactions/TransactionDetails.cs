namespace Forewave.Broker.Transactions;

/// <summary>An open transaction.</summary>
/// <param name="Entry">It.</param>
/// <param name="Messages">Some of its messages, in order.</param>
internal sealed record TransactionDetails(TransactionEntry Entry, IReadOnlyList<PreparedMessage> Messages);
