using Forewave.Protocol;

namespace Forewave.Broker.Transactions;

/// <summary>How a transaction ended.</summary>
/// <param name="Decision">How.</param>
/// <param name="Messages">How many messages it had.</param>
/// <param name="Position">Log position of the record that says so.</param>
internal readonly record struct FinishedTransaction(TransactionDecision Decision, int Messages, LogPosition Position);
