namespace Forewave.Broker.Tests.Promises.Histories;

/// <summary>
/// A message stands in the band of its priority, and strictly: while a group is known to have one of a higher priority at hand, a
/// pull does not get one of a lower for the first time.
/// </summary>
internal sealed class PriorityRules(ViolationLog log, SentMessages sent)
{
    private readonly Dictionary<string, List<HistoryEvent>> _dispatched = [];
    private readonly Dictionary<GroupKey, HashSet<long>> _got = [];
    private readonly HashSet<GroupKey> _alone = [];
    private readonly Dictionary<int, HistoryEvent> _pulls = [];

    public void Apply(HistoryEvent happened)
    {
        switch (happened.Kind)
        {
            case EventKind.GroupMade when happened.IsAlone:
                _alone.Add(happened.Group);
                break;
            case EventKind.PullSent:
                _pulls[happened.Number] = happened;
                break;
            case EventKind.Delivered when sent.Find(happened.Message) is { } message:
                Delivered(happened, message);
                break;
            default:
                break;
        }
    }

    private void Delivered(HistoryEvent delivery, SentMessage message)
    {
        log.Require(delivery.Band == message.Band, () =>
            About(delivery, $"message {delivery.Message} of priority {message.First.Priority} stands in band {delivery.Band}"));
        if (!_dispatched.TryGetValue(delivery.Group.Queue, out var dispatched))
            _dispatched.Add(delivery.Group.Queue, dispatched = []);
        if (!_got.TryGetValue(delivery.Group, out var got))
            _got.Add(delivery.Group, got = []);
        if (got.Add(delivery.Offset) && delivery is { Attempt: 1, IsRedriven: false } && _pulls.TryGetValue(delivery.Request, out var pull))
            CheckHighest(delivery, pull, dispatched);
        dispatched.Add(delivery);
    }

    /// <summary>
    /// What another group had got before the pull was sent is in the queue; what was published after this connection was opened
    /// nobody else of the group can have been handed out, where it has one consumer.
    /// </summary>
    private void CheckHighest(HistoryEvent delivery, HistoryEvent pull, List<HistoryEvent> dispatched)
    {
        if (!_alone.Contains(delivery.Group))
            return;
        int priority = PriorityOf(delivery);
        foreach (var other in dispatched)
        {
            var message = sent.Find(other.Message);
            bool isAtHand = other.Number < pull.Number && message?.MayBeGone(sent.Now) == false && message.First.Number > pull.ConnectedAfter
                && message.First.OrderingKey.Length == 0 && !_got[delivery.Group].Contains(other.Offset);
            log.Require(!isAtHand || PriorityOf(other) <= priority, () =>
                About(delivery, $"offset {delivery.Offset} came before {other.Offset}, which has a higher priority"));
        }
    }

    private static int PriorityOf(HistoryEvent delivery) => delivery.Band == 0 ? Forewave.Protocol.Limits.DefaultPriority : delivery.Band - 1;

    private static Violation About(HistoryEvent happened, string text) => new(ViolationKind.PriorityBroken, $"{text} ({happened.Group})")
    {
        Message = happened.Message, Group = happened.Group, Offset = happened.Offset,
    };
}
