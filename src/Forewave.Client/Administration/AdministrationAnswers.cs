using Forewave.Protocol;
using V1 = Forewave.Protocol.V1;

namespace Forewave.Client.Administration;

/// <summary>Turns what a broker answered into the records of this folder. Stateless.</summary>
internal static class AdministrationAnswers
{
    public static QueueDetails ToQueue(V1.QueueDetails queue) => new()
    {
        Name = new QueueName(queue.Queue),
        Id = new QueueId(queue.QueueId),
        Relaxed = queue.Options?.Relaxed ?? false,
        Retention = TimeSpan.FromMilliseconds(queue.Options?.Retention ?? 0),
        TimeToLive = TimeSpan.FromMilliseconds(queue.Options?.TimeToLive ?? 0),
        DeduplicationWindow = TimeSpan.FromMilliseconds(queue.Options?.DeduplicationWindow ?? 0),
        Trace = queue.Options?.Trace ?? false,
        DeleteWhenIdle = TimeSpan.FromMilliseconds(queue.Options?.DeleteWhenIdle ?? 0),
        FirstOffset = new Offset((long)queue.FirstOffset),
        NextOffset = new Offset((long)queue.NextOffset),
        Messages = (long)queue.Messages,
        Bytes = (long)queue.Bytes,
        Groups = (int)queue.Groups,
        MessagesByPriority = [.. queue.Priorities.Select(GroupAnswers.ToCount)],
        Scheduled = (long)queue.Scheduled,
        LastPublishTime = queue.LastPublishTime == 0 ? null : ToTime(queue.LastPublishTime),
    };

    public static DeadLetter ToDeadLetter(V1.DeadLetter letter, PartitionNumber? partition, bool isWhole = false) => new()
    {
        Place = new DeadPlace((long)letter.Place, partition),
        Id = MessageId.TryParse(letter.MessageId, out MessageId id) ? id : default,
        Offset = new Offset((long)letter.Offset),
        PublishTime = ToTime(letter.PublishTime),
        DeathTime = ToTime(letter.DeathTime),
        Reason = letter.Reason,
        History = [.. letter.History.Select(one => new FailedAttempt(new Attempt(one.Attempt), one.Consumer, ToTime(one.Time), one.Reason))],
        BodyBytes = (int)letter.BodyBytes,
        Message = isWhole ? ToMessage(V1.Message.Parser.ParseFrom(letter.Message)) : null,
    };

    public static BrokerDetails ToBroker(V1.BrokerDetails broker) => new()
    {
        Version = broker.Version,
        Partition = new PartitionNumber((ushort)broker.Partition),
        Epoch = new Epoch((uint)broker.Epoch),
        TailPosition = LogPosition.FromBits(broker.TailPosition),
        CommittedPosition = LogPosition.FromBits(broker.CommittedPosition),
        Connections = (int)broker.Connections,
        Queues = (int)broker.Queues,
    };

    public static V1.QueueOptions FromSettings(QueueSettings settings)
    {
        V1.QueueOptions options = new();
        if (settings.Relaxed is { } relaxed)
        {
            options.Relaxed = relaxed;
        }

        if (settings.Retention is { } retention)
        {
            options.Retention = (ulong)retention.TotalMilliseconds;
        }

        if (settings.TimeToLive is { } life)
        {
            options.TimeToLive = (ulong)Math.Max(0, life.TotalMilliseconds);
        }

        if (settings.DeduplicationWindow is { } window)
        {
            options.DeduplicationWindow = (ulong)window.TotalMilliseconds;
        }

        if (settings.Trace is { } trace)
        {
            options.Trace = trace;
        }

        if (settings.DeleteWhenIdle is { } idle)
        {
            options.DeleteWhenIdle = (ulong)idle.TotalMilliseconds;
        }

        return options;
    }

    private static DeadMessage ToMessage(V1.Message message) => new()
    {
        Body = message.Body.Memory,
        Keys = [.. message.Keys],
        Tag = message.Tag.Length == 0 ? null : message.Tag,
        Headers = [.. message.Headers.Select(header => new KeyValuePair<string, ReadOnlyMemory<byte>>(header.Name, header.Value.Memory))],
    };

    public static DateTimeOffset ToTime(ulong milliseconds) => DateTimeOffset.FromUnixTimeMilliseconds((long)milliseconds);
}
