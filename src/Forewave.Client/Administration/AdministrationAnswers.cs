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
        DeduplicationWindow = TimeSpan.FromMilliseconds(queue.Options?.DeduplicationWindow ?? 0),
        FirstOffset = new Offset((long)queue.FirstOffset),
        NextOffset = new Offset((long)queue.NextOffset),
        Messages = (long)queue.Messages,
        Bytes = (long)queue.Bytes,
        Groups = (int)queue.Groups,
        Scheduled = (long)queue.Scheduled,
        LastPublishTime = queue.LastPublishTime == 0 ? null : ToTime(queue.LastPublishTime),
    };

    public static GroupDetails ToGroup(V1.GroupDetails group) => new()
    {
        Queue = new QueueName(group.Queue),
        Name = new GroupName(group.Group),
        Id = new GroupId(group.GroupId),
        Settings = ToSettings(group.Options ?? new V1.GroupOptions()),
        ReadOffset = new Offset((long)group.ReadOffset),
        Unread = (long)group.Unread,
        Leased = (long)group.Leased,
        Waiting = (long)group.Waiting,
        Dead = (long)group.Dead,
        Consumers = (int)group.Consumers,
        Missed = (long)group.Missed,
        Held = (long)group.Held,
        Parked = (long)group.Parked,
        IsPaused = group.Paused,
        ParkedKeys = [.. group.ParkedKeys.Select(ToParkedKey)],
    };

    private static ParkedKey ToParkedKey(V1.ParkedKey parked) => new()
    {
        OrderingKey = parked.OrderingKey, Offset = new Offset((long)parked.Offset), Time = ToTime(parked.Time), Reason = parked.Reason,
    };

    public static DeadLetter ToDeadLetter(V1.DeadLetter letter, bool isWhole = false) => new()
    {
        Place = (long)letter.Place,
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

        if (settings.DeduplicationWindow is { } window)
        {
            options.DeduplicationWindow = (ulong)window.TotalMilliseconds;
        }

        return options;
    }

    public static V1.GroupOptions FromSettings(GroupSettings settings)
    {
        V1.GroupOptions options = new();
        if (settings.TagFilter is { } filter)
        {
            options.TagFilter = filter.Text;
        }

        if (settings.VisibilityTimeout is { } timeout)
        {
            options.VisibilityTimeout = (uint)timeout.TotalMilliseconds;
        }

        if (settings.MaxAttempts is { } attempts)
        {
            options.MaxAttempts = (uint)attempts;
        }

        if (settings.Retry is { } retry)
        {
            options.Retry = new V1.RetryPolicy
            {
                FirstDelay = (ulong)retry.FirstDelay.TotalMilliseconds, MaxDelay = (ulong)retry.MaxDelay.TotalMilliseconds,
            };
            options.Retry.Delays.AddRange(retry.Delays.Select(delay => (ulong)delay.TotalMilliseconds));
        }

        if (settings.OnFailure is { } policy)
        {
            options.OnFailure = (V1.FailurePolicy)policy;
        }

        return options;
    }

    private static GroupSettings ToSettings(V1.GroupOptions options) => new()
    {
        TagFilter = TagFilter.TryParse(options.TagFilter, out TagFilter filter) ? filter : TagFilter.All,
        VisibilityTimeout = TimeSpan.FromMilliseconds(options.VisibilityTimeout),
        MaxAttempts = (int)options.MaxAttempts,
        OnFailure = options.HasOnFailure ? (FailurePolicy)options.OnFailure : null,
        Retry = options.Retry is not { } retry ? new GroupRetry() : new GroupRetry
        {
            FirstDelay = TimeSpan.FromMilliseconds(retry.FirstDelay),
            MaxDelay = TimeSpan.FromMilliseconds(retry.MaxDelay),
            Delays = [.. retry.Delays.Select(delay => TimeSpan.FromMilliseconds(delay))],
        },
    };

    private static DeadMessage ToMessage(V1.Message message) => new()
    {
        Body = message.Body.Memory,
        Keys = [.. message.Keys],
        Tag = message.Tag.Length == 0 ? null : message.Tag,
        Headers = [.. message.Headers.Select(header => new KeyValuePair<string, ReadOnlyMemory<byte>>(header.Name, header.Value.Memory))],
    };

    private static DateTimeOffset ToTime(ulong milliseconds) => DateTimeOffset.FromUnixTimeMilliseconds((long)milliseconds);
}
