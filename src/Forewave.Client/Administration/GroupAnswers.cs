using Forewave.Protocol;
using V1 = Forewave.Protocol.V1;

namespace Forewave.Client.Administration;

/// <summary>Turns what a broker answered about groups into the records of this folder, and settings into requests. Stateless.</summary>
internal static class GroupAnswers
{
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
        IsDeadFull = group.DeadFull,
        Expired = (long)group.Expired,
        Held = (long)group.Held,
        Parked = (long)group.Parked,
        IsPaused = group.Paused,
        ParkedKeys = [.. group.ParkedKeys.Select(ToParkedKey)],
        ActiveConsumer = group.ActiveConsumerId.IsEmpty ? null : group.ActiveConsumer,
        Replay = group.Replay is { } replay ? ToReplay(replay) : null,
        UnreadByPriority = [.. group.UnreadPriorities.Select(ToCount)],
        OldestUnreadTime = TimeOf(group.OldestUnreadTime),
        OldestUnsettledTime = TimeOf(group.OldestUnsettledTime),
        ConsumerList = [.. group.ConsumerList.Select(ToConsumer)],
        ActiveConsumerId = ConsumerId.TryRead(group.ActiveConsumerId.Span, out ConsumerId active) ? active : default,
    };

    public static PriorityCount ToCount(V1.PriorityCount count) =>
        new((int)count.Priority, (long)count.Messages) { OldestTime = TimeOf(count.OldestTime) };

    private static ReplayDetails ToReplay(V1.ReplayDetails replay) => new()
    {
        State = Enum.IsDefined((ReplayState)replay.State) ? (ReplayState)replay.State : ReplayState.Unknown,
        StartTime = AdministrationAnswers.ToTime(replay.StartTime),
        Total = (long)replay.Total,
        Left = (long)replay.Left,
        Delivered = (long)replay.Delivered,
        PassedOver = (long)replay.PassedOver,
        Rate = replay.Rate,
    };

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

        SetControl(settings, options);
        if (settings.OnExpired is { } expired)
        {
            options.OnExpired = (V1.ExpiredPolicy)expired;
        }

        if (settings.OnFailure is { } policy)
        {
            options.OnFailure = (V1.FailurePolicy)policy;
        }

        return options;
    }

    private static void SetControl(GroupSettings settings, V1.GroupOptions options)
    {
        if (settings.Paused is { } paused)
        {
            options.Paused = paused;
        }

        if (settings.Rate is { } rate)
        {
            options.Rate = rate;
        }

        if (settings.Burst is { } burst)
        {
            options.Burst = (uint)burst;
        }

        if (settings.MaxLeased is { } leased)
        {
            options.MaxLeased = (uint)leased;
        }

        if (settings.SingleActive is { } single)
        {
            options.SingleActive = single;
        }
    }

    public static LeaseDetails ToLease(V1.Lease lease) => new()
    {
        FirstOffset = new Offset((long)lease.FirstOffset),
        Count = (int)lease.Count,
        Attempt = new Attempt(lease.Attempt),
        Consumer = lease.Consumer,
        ConsumerId = ConsumerId.TryRead(lease.ConsumerId.Span, out ConsumerId id) ? id : default,
        Since = AdministrationAnswers.ToTime(lease.Since),
        End = AdministrationAnswers.ToTime(lease.End),
    };

    private static ConsumerDetails ToConsumer(V1.ConsumerDetails consumer) => new()
    {
        Name = consumer.Name,
        Id = ConsumerId.TryRead(consumer.ConsumerId.Span, out ConsumerId id) ? id : default,
        IsSubscribed = consumer.Subscribed,
        IsWaiting = consumer.Waiting,
        Leased = (long)consumer.Leased,
        OldestLeaseTime = TimeOf(consumer.OldestLeaseTime),
        LastSettleTime = TimeOf(consumer.LastSettleTime),
        IsStuck = consumer.Stuck,
    };

    private static DateTimeOffset? TimeOf(ulong milliseconds) => milliseconds == 0 ? null : AdministrationAnswers.ToTime(milliseconds);

    private static ParkedKey ToParkedKey(V1.ParkedKey parked) => new()
    {
        OrderingKey = parked.OrderingKey, Offset = new Offset((long)parked.Offset), Time = AdministrationAnswers.ToTime(parked.Time), Reason = parked.Reason,
    };

    private static GroupSettings ToSettings(V1.GroupOptions options) => new()
    {
        TagFilter = TagFilter.TryParse(options.TagFilter, out TagFilter filter) ? filter : TagFilter.All,
        VisibilityTimeout = TimeSpan.FromMilliseconds(options.VisibilityTimeout),
        MaxAttempts = (int)options.MaxAttempts,
        Paused = options.HasPaused ? options.Paused : null,
        Rate = options.HasRate ? options.Rate : null,
        Burst = options.HasBurst ? (int)options.Burst : null,
        MaxLeased = options.HasMaxLeased ? (int)options.MaxLeased : null,
        SingleActive = options.HasSingleActive ? options.SingleActive : null,
        OnFailure = options.HasOnFailure ? (FailurePolicy)options.OnFailure : null,
        OnExpired = options.HasOnExpired ? (ExpiredPolicy)options.OnExpired : null,
        Retry = options.Retry is not { } retry ? new GroupRetry() : new GroupRetry
        {
            FirstDelay = TimeSpan.FromMilliseconds(retry.FirstDelay),
            MaxDelay = TimeSpan.FromMilliseconds(retry.MaxDelay),
            Delays = [.. retry.Delays.Select(delay => TimeSpan.FromMilliseconds(delay))],
        },
    };
}
