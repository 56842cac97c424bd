using Forewave.Protocol;

namespace Forewave.Client.Transactions;

/// <summary>A message of a transaction.</summary>
/// <param name="Queue">Its queue.</param>
/// <param name="Message">
/// The message. A deduplication id counts from the commit on; at a roll-back it is free again. While the transaction is open nobody else's message with
/// this id is taken (<c>DeduplicationIdHeld</c>).
/// </param>
public readonly record struct TransactionMessage(QueueName Queue, Message Message);
