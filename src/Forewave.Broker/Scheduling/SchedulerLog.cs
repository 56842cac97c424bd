using Forewave.Protocol;
using Microsoft.Extensions.Logging;

namespace Forewave.Broker.Scheduling;

/// <summary>What the scheduler tells operators. Event ids 4600 to 4699.</summary>
internal static partial class SchedulerLog
{
    /// <summary>A message cannot be read any more.</summary>
    [LoggerMessage(4601, LogLevel.Error, "Scheduled message at log position {Position} of queue {Queue} cannot be read: it is lost")]
    public static partial void Unreadable(ILogger logger, LogPosition position, uint queue);

    /// <summary>The disk did not give what was asked for.</summary>
    [LoggerMessage(4602, LogLevel.Warning, "Scheduled messages could not be read; tried again in {Milliseconds} ms")]
    public static partial void ReadFailed(ILogger logger, double milliseconds, Exception failure);

    /// <summary>The disk is full.</summary>
    [LoggerMessage(4603, LogLevel.Warning, "Scheduled messages are due and wait: the disk is full")]
    public static partial void DiskFull(ILogger logger);

    /// <summary>A recurring message came to its end.</summary>
    [LoggerMessage(4604, LogLevel.Warning, "Recurring message {Name} of queue {Queue} never comes again: it is deleted")]
    public static partial void RecurringEnded(ILogger logger, string name, uint queue);
}
