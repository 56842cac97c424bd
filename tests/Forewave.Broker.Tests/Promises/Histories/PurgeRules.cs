namespace Forewave.Broker.Tests.Promises.Histories;

/// <summary>What was in a queue when it was purged is not handed out any more; a queue or group that was deleted is not there.</summary>
internal sealed class PurgeRules(ViolationLog log)
{
    private readonly Dictionary<(string Queue, long Offset), HistoryEvent> _seen = [];
    private readonly Dictionary<string, (HistoryEvent Sent, HistoryEvent? Answered)> _purges = [];

    public void Apply(HistoryEvent happened)
    {
        string queue = happened.Group.Queue;
        switch (happened.Kind)
        {
            case EventKind.PurgeSent:
                _purges[queue] = (happened, null);
                break;
            case EventKind.PurgeAnswered:
                _purges[queue] = (_purges[queue].Sent, happened);
                break;
            case EventKind.DeletedFound:
                log.Add(new Violation(ViolationKind.DeletedFound, $"{happened.Group} was deleted and is there") { Group = happened.Group });
                break;
            case EventKind.Delivered:
                Delivered(happened);
                break;
            default:
                break;
        }
    }

    /// <summary>A dead letter is kept past the purge; what was on its way to a connection may be read late.</summary>
    private void Delivered(HistoryEvent delivery)
    {
        var first = _seen.GetValueOrDefault((delivery.Group.Queue, delivery.Offset));
        if (first is null)
            _seen.Add((delivery.Group.Queue, delivery.Offset), delivery);
        if (first is null || delivery.IsRedriven || !_purges.TryGetValue(delivery.Group.Queue, out var purge) || purge.Answered is null)
            return;
        bool isGone = first.Number < purge.Sent.Number && delivery.ConnectedAfter >= purge.Answered.Number;
        log.Require(!isGone, () => new Violation(ViolationKind.PurgedDelivered, $"offset {delivery.Offset} was purged and came ({delivery.Group})")
        {
            Group = delivery.Group, Offset = delivery.Offset,
        });
    }
}
