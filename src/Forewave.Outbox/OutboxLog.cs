using Forewave.Protocol;
using Microsoft.Extensions.Logging;

namespace Forewave.Outbox;

/// <summary>What outbox and inbox log: event ids 9000 to 9499.</summary>
internal static partial class OutboxLog
{
    [LoggerMessage(9000, LogLevel.Information, "Took the outbox's lock with token {Token}; {Pending} rows were claimed before and have no outcome.")]
    public static partial void Leads(ILogger logger, long token, int pending);

    [LoggerMessage(9001, LogLevel.Warning, "Lost the outbox's lock to another relay; stands by.")]
    public static partial void LostLock(ILogger logger);

    [LoggerMessage(9002, LogLevel.Error, "The outbox's relay begins anew after a failure.")]
    public static partial void Failed(ILogger logger, Exception exception);

    [LoggerMessage(9003, LogLevel.Warning, "Partition {Partition} does not answer, its rows wait: {Reason}")]
    public static partial void Waits(ILogger logger, PartitionNumber partition, string reason);

    [LoggerMessage(9004, LogLevel.Error, "{Count} rows of the outbox were set aside, the first of them row {Row} of queue {Queue}: {Error}")]
    public static partial void SetAside(ILogger logger, int count, long row, QueueName queue, ErrorCode error);

    [LoggerMessage(9005, LogLevel.Warning, "Queue {Queue} cannot be opened, its rows wait for that: {Reason}")]
    public static partial void Parked(ILogger logger, QueueName queue, string reason);

    [LoggerMessage(9006, LogLevel.Information, "Queue {Queue} can be opened again; {Count} rows are unsent again.")]
    public static partial void Unparked(ILogger logger, QueueName queue, int count);

    [LoggerMessage(9007, LogLevel.Warning, "Partition {Partition} gets another producer id: the broker and the outbox do not know the same of the one before ({Known} and {Next}).")]
    public static partial void NewProducer(ILogger logger, PartitionNumber partition, Sequence known, long next);

    [LoggerMessage(9008, LogLevel.Warning, "{Count} rows of the outbox were refused and go again: {Reason}")]
    public static partial void Refused(ILogger logger, int count, string reason);

    [LoggerMessage(9009, LogLevel.Warning, "The settings of a connection of the outbox's relay could not be set back; a pool may keep it as it is.")]
    public static partial void SettingsStay(ILogger logger, Exception exception);
}
