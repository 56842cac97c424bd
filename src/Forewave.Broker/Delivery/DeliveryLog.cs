using Microsoft.Extensions.Logging;

namespace Forewave.Broker.Delivery;

/// <summary>What delivery tells operators. Event ids 2000 to 2999.</summary>
internal sealed partial class DeliveryLog(ILoggerFactory loggers)
{
    private readonly ILogger _logger = loggers.CreateLogger("Forewave.Broker.Delivery");

    /// <summary>A bug.</summary>
    [LoggerMessage(4501, LogLevel.Critical, "Delivery loop {Loop} failed; the partition stops")]
    public partial void LoopFailed(int loop, Exception failure);

    /// <summary>A group was made.</summary>
    [LoggerMessage(4510, LogLevel.Information, "Group {Group} ({GroupId}) of queue {QueueId} made, starts at offset {Start}")]
    public partial void GroupMade(string group, uint groupId, uint queueId, long start);

    /// <summary>A group was deleted.</summary>
    [LoggerMessage(4511, LogLevel.Information, "Group {Group} ({GroupId}) of queue {QueueId} deleted")]
    public partial void GroupDeleted(string group, uint groupId, uint queueId);

    /// <summary>A group holds as much as it may.</summary>
    [LoggerMessage(4512, LogLevel.Warning,
        "Group {Group} ({GroupId}) of queue {QueueId} paused: {Unsettled} messages are handed out and not settled")]
    public partial void GroupPaused(string group, uint groupId, uint queueId, int unsettled);

    /// <summary>A paused group goes on.</summary>
    [LoggerMessage(4513, LogLevel.Information, "Group {Group} ({GroupId}) of queue {QueueId} goes on")]
    public partial void GroupResumed(string group, uint groupId, uint queueId);

    /// <summary>Messages are gone that a group had not settled.</summary>
    [LoggerMessage(4520, LogLevel.Warning,
        "Group {Group} ({GroupId}) of queue {QueueId} missed {Missed} messages before offset {Offset}: {Why}")]
    public partial void Missed(string group, uint groupId, uint queueId, long missed, long offset, string why);

    /// <summary>A message cannot be read any more.</summary>
    [LoggerMessage(4521, LogLevel.Error, "Messages {First} to {Last} of queue {QueueId} cannot be read: log position {Position:x16}")]
    public partial void Unreadable(long first, long last, uint queueId, ulong position);

    /// <summary>The disk did not give what was asked for.</summary>
    [LoggerMessage(4522, LogLevel.Warning, "Reading queue {QueueId} from offset {Offset} failed; tried again")]
    public partial void ReadFailed(uint queueId, long offset, Exception? failure);

    /// <summary>A message became a dead letter.</summary>
    [LoggerMessage(4530, LogLevel.Warning,
        "Message at offset {Offset} of queue {QueueId} is a dead letter of group {Group} ({GroupId}) after attempt {Attempt}")]
    public partial void DeadLettered(long offset, uint queueId, string group, uint groupId, uint attempt);

    /// <summary>Dead letters are available again.</summary>
    [LoggerMessage(4531, LogLevel.Information, "{Count} dead letters of group {Group} ({GroupId}) of queue {QueueId} redriven")]
    public partial void Redriven(long count, string group, uint groupId, uint queueId);

    /// <summary>Dead letters are gone.</summary>
    [LoggerMessage(4532, LogLevel.Information, "{Count} dead letters of group {Group} ({GroupId}) of queue {QueueId} purged")]
    public partial void DeadPurged(long count, string group, uint groupId, uint queueId);

    /// <summary>A consumer came on another connection.</summary>
    [LoggerMessage(4540, LogLevel.Debug, "Consumer {Consumer} of group {Group} came again on connection {Connection}")]
    public partial void ConsumerTakenOver(string consumer, string group, long connection);
}
