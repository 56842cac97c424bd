using Forewave.Broker.Delivery.Groups;
using Forewave.Broker.Delivery.Replays;
using Microsoft.Extensions.Logging;

namespace Forewave.Broker.Delivery;

/// <summary>
/// What delivery tells operators. Event ids 4500 to 4599.
/// <para>
/// For one loop's thread. What comes with each message of a bad lot has a <see cref="LineBudget"/>: a log that fills a disk, or hides
/// the rest, helps nobody; the metrics count all.
/// </para>
/// </summary>
internal sealed partial class DeliveryLog(ILoggerFactory loggers, TimeProvider time)
{
    private readonly ILogger _logger = loggers.CreateLogger("Forewave.Broker.Delivery");
    private readonly LineBudget _unreadable = new(time);
    private readonly LineBudget _dead = new(time);
    private readonly LineBudget _parked = new(time);

    /// <summary>A bug.</summary>
    [LoggerMessage(4501, LogLevel.Critical, "Delivery loop {Loop} failed; the partition stops")]
    public partial void LoopFailed(int loop, Exception failure);

    /// <summary>A group was made.</summary>
    [LoggerMessage(4510, LogLevel.Information, "Group {Group} made, starts at offset {Start}")]
    public partial void GroupMade(GroupIdentity group, long start);

    /// <summary>A group was deleted.</summary>
    [LoggerMessage(4511, LogLevel.Information, "Group {Group} deleted")]
    public partial void GroupDeleted(GroupIdentity group);

    /// <summary>A group holds as much as it may.</summary>
    [LoggerMessage(4512, LogLevel.Warning,
        "Group {Group} paused: {Unsettled} messages are not settled, {Parked} ordering keys are parked, {Dead} dead letters")]
    public partial void GroupPaused(GroupIdentity group, int unsettled, long parked, ulong dead);

    /// <summary>A paused group goes on.</summary>
    [LoggerMessage(4513, LogLevel.Information, "Group {Group} goes on")]
    public partial void GroupResumed(GroupIdentity group);

    /// <summary>Messages are gone that a group had not settled.</summary>
    [LoggerMessage(4520, LogLevel.Warning,
        "Group {Group} missed {Missed} messages before offset {Offset}: {Why}")]
    public partial void Missed(GroupIdentity group, long missed, string why, long offset);

    /// <summary>Messages cannot be read any more.</summary>
    public void Unreadable(long first, uint queueId, long count, string position)
    {
        if (_unreadable.MayTell())
            UnreadableLine(first, queueId, count, position);
        if (_unreadable.IsSpentNow)
            LeftOut("messages that cannot be read", LineBudget.Span.TotalSeconds, "messaging.forewave.delivery.missed");
    }

    [LoggerMessage(4521, LogLevel.Error, "{Count} messages from offset {First} of queue {QueueId} on cannot be read: log position {Position}")]
    private partial void UnreadableLine(long first, uint queueId, long count, string position);

    [LoggerMessage(4523, LogLevel.Warning, "Further lines about {What} are left out for {Seconds} s; the metric {Metric} counts them")]
    private partial void LeftOut(string what, double seconds, string metric);

    /// <summary>The disk did not give what was asked for.</summary>
    [LoggerMessage(4522, LogLevel.Warning, "Reading queue {QueueId} from offset {Offset} failed; tried again")]
    public partial void ReadFailed(uint queueId, long offset, Exception? failure);

    /// <summary>A message became a dead letter.</summary>
    public void DeadLettered(long offset, GroupIdentity group, uint attempt)
    {
        if (_dead.MayTell())
            DeadLetteredLine(offset, group, attempt);
        if (_dead.IsSpentNow)
            LeftOut("dead letters", LineBudget.Span.TotalSeconds, "messaging.forewave.dead_letter.messages");
    }

    [LoggerMessage(4530, LogLevel.Warning,
        "Message at offset {Offset} is a dead letter of group {Group} after attempt {Attempt}")]
    private partial void DeadLetteredLine(long offset, GroupIdentity group, uint attempt);

    /// <summary>Dead letters are available again.</summary>
    [LoggerMessage(4531, LogLevel.Information, "{Count} dead letters of group {Group} redriven by operation {Operation}")]
    public partial void Redriven(long count, GroupIdentity group, ulong operation);

    /// <summary>Dead letters are gone.</summary>
    [LoggerMessage(4532, LogLevel.Information, "{Count} dead letters of group {Group} purged")]
    public partial void DeadPurged(long count, GroupIdentity group);

    /// <summary>What was done to dead letters is taken back.</summary>
    [LoggerMessage(4535, LogLevel.Information, "{Count} dead letters of group {Group} taken back from operation {Operation}")]
    public partial void TakenBack(long count, GroupIdentity group, ulong operation);

    /// <summary>An operation on dead letters ended.</summary>
    [LoggerMessage(4536, LogLevel.Information, "Operation {Operation} on the dead letters of group {Group} ended: {State}")]
    public partial void DeadOperationEnded(ulong operation, GroupIdentity group, DeadLetters.DeadOperationState state);

    /// <summary>Dead letters could not be read.</summary>
    [LoggerMessage(4537, LogLevel.Warning, "Operation {Operation} on dead letters of queue {QueueId} waits: {Problem}")]
    public partial void DeadOperationWaits(ulong operation, uint queueId, string problem);

    /// <summary>A key was set aside.</summary>
    public void KeyParked(GroupIdentity group, long offset, uint attempt)
    {
        if (_parked.MayTell())
            KeyParkedLine(group, offset, attempt);
        if (_parked.IsSpentNow)
            LeftOut("parked keys", LineBudget.Span.TotalSeconds, "messaging.forewave.ordering.parked");
    }

    [LoggerMessage(4533, LogLevel.Warning,
        "Group {Group} parked the ordering key of the message at offset {Offset} after attempt {Attempt}")]
    private partial void KeyParkedLine(GroupIdentity group, long offset, uint attempt);

    /// <summary>A key that was set aside goes on.</summary>
    [LoggerMessage(4534, LogLevel.Information, "Group {Group} resumed the ordering key of the message at offset {Offset}")]
    public partial void KeyResumed(GroupIdentity group, long offset);

    /// <summary>A group begins anew.</summary>
    [LoggerMessage(4542, LogLevel.Warning, "Group {Group} reset: {Counts}")]
    public partial void GroupReset(GroupIdentity group, ResetCounts counts);

    /// <summary>A range comes to a group once more.</summary>
    [LoggerMessage(4543, LogLevel.Warning, "Group {Group}, replay: {Counts}")]
    public partial void ReplayBegun(GroupIdentity group, ReplayCounts counts);

    /// <summary>The rest of it does not come.</summary>
    [LoggerMessage(4544, LogLevel.Information, "Group {Group}, replay called off")]
    public partial void ReplayCancelled(GroupIdentity group);

    /// <summary>All of it was dealt with.</summary>
    [LoggerMessage(4545, LogLevel.Information, "Group {Group}, replay done: {Replay}")]
    public partial void ReplayDone(GroupIdentity group, GroupReplay replay);

    /// <summary>A consumer gets everything of its group from now on.</summary>
    [LoggerMessage(4541, LogLevel.Information, "Consumer {Consumer} of group {Group} is active")]
    public partial void ConsumerActive(string consumer, GroupIdentity group);

    /// <summary>A consumer came on another connection.</summary>
    [LoggerMessage(4540, LogLevel.Debug, "Consumer {Consumer} of group {Group} came again on connection {Connection}")]
    public partial void ConsumerTakenOver(string consumer, GroupIdentity group, long connection);
}
