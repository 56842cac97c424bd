using Forewave.Broker.Delivery.Administration;
using Forewave.Broker.Delivery.Groups;
using Forewave.Broker.Delivery.Replays;
using Forewave.Broker.Queues;
using Forewave.Protocol;
using Google.Protobuf;
using V1 = Forewave.Protocol.V1;

namespace Forewave.Broker.Commands;

/// <summary>Groups as the wire shows them. Stateless.</summary>
internal static class GroupAnswers
{
    private const int ParkedKeysShown = 1_000;

    /// <summary>A group as the wire shows it.</summary>
    public static V1.GroupDetails DetailsOf(QueueEntry queue, GroupDetails group)
    {
        var details = new V1.GroupDetails
        {
            Queue = queue.Name.Value,
            Group = group.Name.Value,
            GroupId = group.Id,
            Options = OptionsOf(group.Options),
            ReadOffset = (ulong)group.ReadOffset,
            Unread = (ulong)Math.Max(0, group.Unread),
            Leased = (ulong)group.Leased,
            Waiting = (ulong)group.Waiting,
            Dead = (ulong)group.Dead,
            Consumers = (uint)group.Consumers,
            Missed = (ulong)group.Missed,
            DeadFull = group.IsDeadFull,
            Expired = (ulong)group.Expired,
            Held = (ulong)group.Held,
            Parked = (ulong)group.Parked.Count,
            Paused = group.IsPaused,
        };
        details.OldestUnreadTime = (ulong)group.OldestUnreadTime;
        details.OldestUnsettledTime = (ulong)group.OldestUnsettledTime;
        if (group.UnreadByPriority.Count > 1)
            details.UnreadPriorities.AddRange(group.UnreadByPriority.Select(CountOf));
        details.ConsumerList.AddRange(group.ConsumerList.Select(ConsumerOf));
        if (group.Replay is { } replay)
            details.Replay = ReplayOf(replay);
        if (group.Active is { } active)
        {
            details.ActiveConsumer = active.Name;
            details.ActiveConsumerId = IdOf(active.Id);
        }
        details.ParkedKeys.AddRange(group.Parked.Take(ParkedKeysShown).Select(parked => new V1.ParkedKey
        {
            OrderingKey = parked.Key, Offset = (ulong)parked.Offset, Time = (ulong)parked.Time, Reason = parked.Reason,
        }));
        return details;
    }

    /// <summary>Messages of one priority as the wire shows them.</summary>
    public static V1.PriorityCount CountOf(PriorityCount count) => new()
    {
        Priority = (uint)count.Band.Priority, Messages = (ulong)count.Messages, OldestTime = (ulong)Math.Max(0, count.OldestTime),
    };

    private static V1.ReplayDetails ReplayOf(ReplayDetails replay) => new()
    {
        State = (V1.ReplayState)replay.State,
        StartTime = (ulong)replay.StartTime,
        Total = (ulong)replay.Total,
        Left = (ulong)replay.Left,
        Delivered = (ulong)replay.Delivered,
        PassedOver = (ulong)replay.PassedOver,
        Rate = replay.Rate,
    };

    private static V1.GroupOptions OptionsOf(GroupOptions options)
    {
        var retry = new V1.RetryPolicy
        {
            FirstDelay = (ulong)options.Retry.FirstDelay.TotalMilliseconds,
            MaxDelay = (ulong)options.Retry.MaxDelay.TotalMilliseconds,
        };
        retry.Delays.AddRange(options.Retry.Delays.Select(delay => (ulong)delay.TotalMilliseconds));
        return new V1.GroupOptions
        {
            TagFilter = options.Filter.Text,
            VisibilityTimeout = (uint)options.VisibilityTimeout.TotalMilliseconds,
            MaxAttempts = (uint)options.MaxAttempts,
            Retry = retry,
            OnFailure = (V1.FailurePolicy)((int)options.OnFailure + 1),
            OnExpired = (V1.ExpiredPolicy)((int)options.OnExpired + 1),
            Paused = options.IsPaused,
            Rate = options.Limit.Rate,
            Burst = (uint)options.Limit.Burst,
            MaxLeased = (uint)options.Limit.MaxLeased,
            SingleActive = options.SingleActive,
        };
    }

    /// <summary>A page of leases as the wire shows it.</summary>
    public static V1.LeaseList LeasesOf(LeasePage page)
    {
        var list = new V1.LeaseList { Next = (ulong)page.Next };
        list.Leases.AddRange(page.Leases.Select(one => new V1.Lease
        {
            FirstOffset = (ulong)one.Band.OnWire(one.Lease.First),
            Count = (uint)one.Lease.Count,
            Attempt = one.Lease.Attempt,
            Consumer = one.Lease.Consumer.Name,
            ConsumerId = IdOf(one.Lease.Consumer.Id),
            Since = (ulong)one.Lease.SinceTime,
            End = (ulong)one.Lease.EndTime,
        }));
        return list;
    }

    private static V1.ConsumerDetails ConsumerOf(ConsumerDetails consumer) => new()
    {
        Name = consumer.Name,
        ConsumerId = IdOf(consumer.Id),
        Subscribed = consumer.IsSubscribed,
        Waiting = consumer.IsHungry,
        Leased = (ulong)consumer.Leased,
        OldestLeaseTime = (ulong)consumer.OldestLeaseTime,
        LastSettleTime = (ulong)consumer.LastSettleTime,
        Stuck = consumer.IsStuck,
    };

    private static ByteString IdOf(ConsumerId id) => UnsafeByteOperations.UnsafeWrap(id.ToBytes());
}
