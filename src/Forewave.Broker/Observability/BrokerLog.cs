using Forewave.Protocol;
using Microsoft.Extensions.Logging;

namespace Forewave.Broker.Observability;

/// <summary>What the engine logs: event ids 4000 to 4499. Ids, numbers and names; never bodies or secrets.</summary>
internal static partial class BrokerLog
{
    [LoggerMessage(4000, LogLevel.Information,
        "Partition {Partition} is open under epoch {Epoch}: {Records} records, {Bytes} bytes recovered in {Duration}, {Queues} queues")]
    public static partial void PartitionOpened(
        ILogger logger, ushort partition, uint epoch, ulong records, long bytes, TimeSpan duration, int queues);

    [LoggerMessage(4001, LogLevel.Error, "{Positions} log positions could not be read in recovery: their messages are lost")]
    public static partial void PositionsDamaged(ILogger logger, ulong positions);

    [LoggerMessage(4002, LogLevel.Critical, "The partition stopped: {Where} failed. It takes nothing until the broker is started again")]
    public static partial void PartitionStopped(ILogger logger, string where, Exception cause);

    [LoggerMessage(4003, LogLevel.Information, "Stopping: {Connections} connections have {Milliseconds} ms to finish")]
    public static partial void Stopping(ILogger logger, int connections, long milliseconds);

    [LoggerMessage(4004, LogLevel.Information, "Stopped at log position {Position}")]
    public static partial void Stopped(ILogger logger, LogPosition position);

    [LoggerMessage(4005, LogLevel.Error, "The one before the last checkpoint is used, nothing is lost by it: {Damage} Check the disk")]
    public static partial void CheckpointDamaged(ILogger logger, string damage);

    [LoggerMessage(4010, LogLevel.Warning, "Connection {Connection} from {Peer} closed: {Error}, {Detail}")]
    public static partial void ConnectionRefused(ILogger logger, long connection, string peer, ErrorCode error, string detail);

    [LoggerMessage(4011, LogLevel.Debug, "Connection {Connection} from {Peer} opened")]
    public static partial void ConnectionOpened(ILogger logger, long connection, string peer);

    [LoggerMessage(4012, LogLevel.Debug, "Connection {Connection} closed")]
    public static partial void ConnectionClosed(ILogger logger, long connection);

    [LoggerMessage(4013, LogLevel.Error, "Connection {Connection} met a fault of the broker")]
    public static partial void ConnectionFaulted(ILogger logger, long connection, Exception cause);

    [LoggerMessage(4020, LogLevel.Information, "Queue {Queue} ({Id}) was created")]
    public static partial void QueueCreated(ILogger logger, string queue, uint id);

    [LoggerMessage(4023, LogLevel.Debug, "Queue {Queue} ({Id}) was created by its first use")]
    public static partial void QueueCreatedByUse(ILogger logger, string queue, uint id);

    [LoggerMessage(4021, LogLevel.Information, "Queue {Queue} ({Id}) was changed")]
    public static partial void QueueChanged(ILogger logger, string queue, uint id);

    [LoggerMessage(4022, LogLevel.Information, "Queue {Queue} ({Id}) was deleted")]
    public static partial void QueueDeleted(ILogger logger, string queue, uint id);

    [LoggerMessage(4024, LogLevel.Information, "Queue {Queue} ({Id}) was unused for {Idle}: it is deleted, as it is meant to be")]
    public static partial void IdleQueueDeleted(ILogger logger, string queue, uint id, TimeSpan idle);

    [LoggerMessage(4030, LogLevel.Debug, "Checkpoint taken in {Milliseconds} ms")]
    public static partial void CheckpointTaken(ILogger logger, long milliseconds);

    [LoggerMessage(4031, LogLevel.Debug, "{Segments} segments recycled, {Bytes} bytes carried over")]
    public static partial void Reclaimed(ILogger logger, int segments, long bytes);

    [LoggerMessage(4035, LogLevel.Warning, "Old messages of queue {Queue} stay for a while, for the store cannot read it: {Reason}")]
    public static partial void RetentionPostponed(ILogger logger, QueueName queue, string reason);

    [LoggerMessage(4033, LogLevel.Warning, "No checkpoint while the disk is full; it is tried again. {Reason}")]
    public static partial void CheckpointPostponed(ILogger logger, string reason);

    [LoggerMessage(4034, LogLevel.Warning,
        "Stopped without a last checkpoint, for the disk is full: nothing is lost, the next start reads more of the log. {Reason}")]
    public static partial void LastCheckpointLeftOut(ILogger logger, string reason);

    [LoggerMessage(4032, LogLevel.Information, "{Producers} producer ids forgotten after 7 idle days")]
    public static partial void ProducersForgotten(ILogger logger, int producers);

    [LoggerMessage(4036, LogLevel.Information, "Backup begun for {Peer}, at most {BytesPerSecond} bytes a second")]
    public static partial void BackupBegun(ILogger logger, string peer, long bytesPerSecond);

    [LoggerMessage(4037, LogLevel.Warning, "Backup cancelled by {Peer}")]
    public static partial void BackupCancelled(ILogger logger, string peer);
}
