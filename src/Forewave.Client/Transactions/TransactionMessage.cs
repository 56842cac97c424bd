using Forewave.Protocol;

namespace Forewave.Client.Transactions;

/// <summary>A message of a transaction.</summary>
/// <param name="Queue">Its queue.</param>
/// <param name="Message">The message; without a deduplication id.</param>
public readonly record struct TransactionMessage(QueueName Queue, Message Message);
