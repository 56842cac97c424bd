using Forewave.Protocol;
using Microsoft.Extensions.Logging;

namespace Forewave.Broker.Transactions;

/// <summary>What transactions tell operators. Event ids 4720 to 4739.</summary>
internal static partial class TransactionLog
{
    /// <summary>Nobody could say what became of a transaction.</summary>
    [LoggerMessage(4720, LogLevel.Warning, "Transaction {Transaction} of producer {Producer} was asked about {Checks} times without an answer: it waits for somebody to decide it")]
    public static partial void Waits(ILogger logger, LogPosition transaction, string producer, int checks);

    /// <summary>A message of a transaction that was to be committed rotted.</summary>
    [LoggerMessage(4721, LogLevel.Error, "Transaction {Transaction} of producer {Producer} is to be committed, and a message of it cannot be read: it waits for somebody to roll it back")]
    public static partial void CannotCommit(ILogger logger, LogPosition transaction, string producer);
}
