using Forewave.Protocol;

namespace Forewave.Broker.Tests.Promises.Histories;

/// <summary>
/// What expired does not come to a group any more, and is counted there. A redriven message does not expire. The clock of a history
/// stands while messages are on their way, but for a move or two: what a pull got was handed out after it was sent.
/// </summary>
internal sealed class ExpiryRules(ViolationLog log, SentMessages sent)
{
    private readonly Dictionary<int, long> _pulls = [];
    private readonly Dictionary<GroupKey, HashSet<MessageKey>> _got = [];
    private readonly Dictionary<MessageKey, string> _acknowledged = [];
    private readonly HashSet<GroupKey> _exempt = [];
    private readonly HashSet<GroupKey> _waiting = [];
    private readonly LateReading _late = new(moves: 2);

    public void Apply(HistoryEvent happened)
    {
        _late.Apply(happened);
        // What leaves when its record is committed may be on its way for any time.
        if (happened.Kind == EventKind.ReplaySent || (happened.Kind == EventKind.GroupMade && happened.Text == "at-most-once"))
            _waiting.Add(happened.Group);
        switch (happened.Kind)
        {
            // At most once what was handed out is settled, seen or not; dead letters are not dropped; the others are not held to one count.
            case EventKind.GroupMade when happened.Text == "at-most-once" || happened.BuriesExpired:
            case EventKind.ResetSent:
            case EventKind.SettleSent when happened.Verb == SettleVerb.AckUpTo:
                _exempt.Add(happened.Group);
                break;
            case EventKind.PublishAnswered when !happened.IsRepeat && happened.Durability == Durability.Synced:
                _acknowledged.TryAdd(happened.Message, happened.Group.Queue);
                break;
            case EventKind.PullSent:
                _pulls[happened.Number] = happened.Time.ToUnixTimeMilliseconds();
                break;
            case EventKind.Delivered when sent.Find(happened.Message) is { } message:
                Delivered(happened, message);
                break;
            case EventKind.ExpiredCounted:
                Counted(happened);
                break;
            default:
                break;
        }
    }

    private void Delivered(HistoryEvent delivery, SentMessage message)
    {
        if (!_got.TryGetValue(delivery.Group, out var got))
            _got.Add(delivery.Group, got = []);
        got.Add(delivery.Message);
        long byCredit = _waiting.Contains(delivery.Group) ? 0 : _late.Since;
        long handedOut = Math.Max(byCredit, _pulls.GetValueOrDefault(delivery.Request));
        log.Require(delivery.IsRedriven || !message.HasExpired(handedOut), () => new Violation(
            ViolationKind.ExpiredDelivered, $"message {delivery.Message} had expired at {handedOut} and came ({delivery.Group})")
        { Message = delivery.Message, Group = delivery.Group, Offset = delivery.Offset });
    }

    private void Counted(HistoryEvent counted)
    {
        string queue = counted.Group.Queue;
        if (_exempt.Contains(counted.Group))
            return;
        var got = _got.GetValueOrDefault(counted.Group) ?? [];
        var missing = _acknowledged.Where(pair => pair.Value == queue && !got.Contains(pair.Key)).Select(pair => sent.Find(pair.Key)!);
        int dropped = missing.Count(message => !message.MayBeCancelled && !message.MayBePurged && message.MayHaveExpired(sent.Now));
        log.Require(counted.Count >= dropped, () => Miscounted($"{dropped} messages did not come to {counted.Group}, it counts {counted.Count} that expired"));
        int most = sent.CountExpirable(queue);
        log.Require(counted.Count <= most, () => Miscounted($"{counted.Group} counts {counted.Count} messages that expired, of {most} that can"));

        Violation Miscounted(string text) => new(ViolationKind.ExpiredMiscounted, text) { Group = counted.Group };
    }
}
