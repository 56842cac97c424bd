using Forewave.Client.Connections;
using Forewave.Client.Transactions;
using Forewave.Protocol;
using Microsoft.Extensions.Logging;

namespace Forewave.Client;

/// <summary>What the client logs: event ids 6000 to 6999.</summary>
internal static partial class ClientLog
{
    [LoggerMessage(6000, LogLevel.Information, "Connected to {Server}.")]
    public static partial void Connected(ILogger logger, ServerName server);

    [LoggerMessage(6001, LogLevel.Warning, "The connection to {Server} ended: {Reason}")]
    public static partial void Disconnected(ILogger logger, ServerName server, string reason);

    [LoggerMessage(6002, LogLevel.Warning, "A producer or consumer could not make itself known at {Server}: {Reason}")]
    public static partial void NotIntroduced(ILogger logger, ServerName server, string reason);

    [LoggerMessage(6003, LogLevel.Error, "A handler of queue {Queue}, group {Group} threw; the message is nacked.")]
    public static partial void HandlerFailed(ILogger logger, QueueName queue, GroupName group, Exception exception);

    [LoggerMessage(6004, LogLevel.Warning, "The subscription to queue {Queue}, group {Group} ended: {Reason}")]
    public static partial void SubscriptionEnded(ILogger logger, QueueName queue, GroupName group, string reason);

    [LoggerMessage(6005, LogLevel.Warning, "{Count} messages from offset {First} on of queue {Queue}, group {Group} were not settled: {Reason}")]
    public static partial void NotSettled(ILogger logger, QueueName queue, GroupName group, Offset first, long count, string reason);

    [LoggerMessage(6006, LogLevel.Error, "An observer threw.")]
    public static partial void ObserverFailed(ILogger logger, Exception exception);

    [LoggerMessage(6007, LogLevel.Warning, "The consumer of queue {Queue}, group {Group} could not be closed cleanly: {Reason}")]
    public static partial void NotClosedCleanly(ILogger logger, QueueName queue, GroupName group, string reason);

    [LoggerMessage(6009, LogLevel.Warning, "The routes of the cluster cannot be followed: {Reason}")]
    public static partial void RoutesNotFollowed(ILogger logger, string reason);

    [LoggerMessage(6010, LogLevel.Error, "The check-back handler could not say what became of transaction {Transaction}; the broker asks again.")]
    public static partial void CheckBackFailed(ILogger logger, TransactionId transaction, Exception exception);

    [LoggerMessage(6011, LogLevel.Warning, "Transaction {Transaction} was {Outcome} by the check-back handler, and the broker did not take it.")]
    public static partial void CheckBackRefused(ILogger logger, TransactionId transaction, TransactionOutcome outcome, Exception exception);

    [LoggerMessage(6008, LogLevel.Information, "{Server} is going away, another connection is opened: {Reason}")]
    public static partial void GoingAway(ILogger logger, ServerName server, string reason);
}
