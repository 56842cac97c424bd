using Forewave.Protocol;

namespace Forewave.Broker.Tests.Promises.Histories;

/// <summary>
/// Within an ordering key a group gets a message for the first time only when all before it, by offset, are settled: acked, given up,
/// or dead because their last lease ended. A client sends a settle before the broker can hand out what follows, so no answer is
/// waited for.
/// </summary>
/// <param name="log">Where violations go.</param>
/// <param name="sent">What was asked for.</param>
/// <param name="handedOut">The Unix time in milliseconds before which a delivery was not handed out, by its event's number: it may be read late.</param>
internal sealed class KeyRules(ViolationLog log, SentMessages sent, IReadOnlyDictionary<int, long> handedOut)
{
    private static readonly TimeSpan Lease = TimeSpan.FromSeconds(30);

    public void Check(GroupHistory group, QueueRules queues)
    {
        // At most once a message is settled when it is handed out, seen or not.
        // What a reset left out keeps nobody waiting.
        if (group.IsAtMostOnce || group.WasReset)
            return;
        foreach (var line in queues.Messages(group.Key.Queue).Where(message => KeyOf(message).Length > 0).GroupBy(KeyOf))
        {
            var before = new List<HistoryEvent>();
            foreach (var message in line.OrderBy(message => message.Offset))
            {
                if (group.Message(message.Offset).Deliveries.FirstOrDefault() is { IsRedriven: false } delivery)
                    Check(group, before, delivery);
                before.Add(message);
            }
        }
    }

    private void Check(GroupHistory group, List<HistoryEvent> before, HistoryEvent delivery)
    {
        foreach (var earlier in before)
        {
            log.Require(MayBeSettled(group, earlier, delivery), () => new Violation(
                ViolationKind.KeyOrderBroken, $"offset {delivery.Offset} came while {earlier.Offset} of key '{KeyOf(delivery)}' was not settled ({group.Key})")
            { Group = group.Key, Offset = earlier.Offset, Message = delivery.Message });
        }
    }

    private bool MayBeSettled(GroupHistory group, HistoryEvent earlier, HistoryEvent delivery)
    {
        var message = group.Message(earlier.Offset);
        var settles = message.Settles.Where(settle => settle.Number < delivery.Number).ToList();
        bool isSettled = sent.Find(earlier.Message) is { MayBePurged: true }
            || group.AcksUpTo.Exists(ack => ack.Number < delivery.Number && ack.Band == earlier.Band && ack.Offset >= earlier.Offset)
            || settles.Exists(settle => settle.Verb is SettleVerb.Ack or SettleVerb.AckUpTo);
        if (isSettled || MayBeOver(group, message, earlier, delivery))
            return true;
        if (group.Parks(isKeyed: true))
        {
            return group.Resumes.Exists(resume =>
                resume.Number < delivery.Number && resume.OrderingKey == KeyOf(earlier) && resume.Verb == SettleVerb.Reject);
        }
        return settles.Exists(settle => GroupMessage.Gives(settle, group, isKeyed: true)) || MayHaveDied(group, message, earlier, delivery);
    }

    /// <summary>It may have expired, and nobody is known to have it then.</summary>
    private bool MayBeOver(GroupHistory group, GroupMessage message, HistoryEvent earlier, HistoryEvent delivery)
    {
        if (sent.Find(earlier.Message)?.MayHaveExpired(delivery.Time.ToUnixTimeMilliseconds()) != true)
            return false;
        var seen = message.Deliveries.LastOrDefault(one => one.Number < delivery.Number);
        return seen is null || seen.Life != delivery.Life || SinceHandedOut(seen, delivery) >= Lease || group.MayBeReleased(seen)
            || message.Settles.Exists(settle => settle.Number > seen.Number && settle.Number < delivery.Number);
    }

    /// <summary>Leases of which nobody saw the end, or even the message, may have ended one after the other up to the last one.</summary>
    private bool MayHaveDied(GroupHistory group, GroupMessage message, HistoryEvent earlier, HistoryEvent delivery)
    {
        uint last = group.LastAttempt(isKeyed: true);
        var seen = message.Deliveries.LastOrDefault(one => one.Number < delivery.Number);
        var since = seen is null ? delivery.Time - sent.Find(earlier.Message)!.First.Time : SinceHandedOut(seen, delivery);
        // An extension may have shortened the lease that was seen; those that were not seen ran their time.
        bool isExtended = message.Settles.Exists(settle => settle.Verb == SettleVerb.Extend && settle.Number < delivery.Number);
        uint unseen = last - Math.Min(last, seen?.Attempt ?? 0);
        return since >= Lease * unseen && (unseen > 0 || isExtended || since >= Lease);
    }

    /// <summary>At most; nothing is handed out before it was sent.</summary>
    private TimeSpan SinceHandedOut(HistoryEvent seen, HistoryEvent delivery)
    {
        var earliest = DateTimeOffset.FromUnixTimeMilliseconds(handedOut[seen.Number]);
        return delivery.Time - (sent.Find(seen.Message)?.First.Time is { } first && first > earliest ? first : earliest);
    }

    private string KeyOf(HistoryEvent message) => sent.Find(message.Message)?.First.OrderingKey ?? "";
}
