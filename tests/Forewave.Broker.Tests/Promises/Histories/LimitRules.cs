using Forewave.Protocol;

namespace Forewave.Broker.Tests.Promises.Histories;

/// <summary>
/// A group with limits gets no more in any span of time than its burst and what its rate gives in it, and its consumers have no more
/// messages at once than they may. A limit counts from when it was answered until it is to be changed.
/// </summary>
internal sealed class LimitRules(ViolationLog log)
{
    private static readonly TimeSpan Lease = TimeSpan.FromSeconds(30);
    private readonly Dictionary<GroupKey, LimitedGroup> _groups = [];
    private readonly Dictionary<string, HistoryEvent> _purges = [];
    private readonly LateReading _late = new(moves: 2);

    public void Apply(HistoryEvent happened)
    {
        _late.Apply(happened);
        switch (happened.Kind)
        {
            case EventKind.LifeBegan:
                foreach (var known in _groups.Values)
                    known.Restart();
                break;
            case EventKind.LimitSent:
                Of(happened).Limit = null;
                break;
            case EventKind.LimitAnswered:
                Of(happened).Begin(happened);
                break;
            case EventKind.Delivered:
                Delivered(Of(happened), happened);
                break;
            // Whatever becomes of it, the message may be free from now on.
            case EventKind.SettleSent:
                Of(happened).Out.Remove(happened.Offset);
                break;
            case EventKind.LeasesReleased:
                Of(happened).GiveBack(happened.Connection);
                break;
            case EventKind.ResetSent or EventKind.ResetAnswered:
                Of(happened).LeaseNone(happened);
                break;
            case EventKind.PurgeSent or EventKind.PurgeAnswered:
                _purges[happened.Group.Queue] = happened;
                foreach (var (_, purged) in _groups.Where(pair => pair.Key.Queue == happened.Group.Queue))
                    purged.LeaseNone(happened);
                break;
            default:
                break;
        }
    }

    private void Delivered(LimitedGroup group, HistoryEvent delivery)
    {
        // What a purge or a reset crossed on its way is nobody's lease.
        if (_late.Since > group.NoneLeasedAt)
            group.Out[delivery.Offset] = (delivery, _late.Since);
        if (group.Limit is not { } limit)
            return;
        log.Require(limit.Rate == 0 || group.TakeToken(delivery, _late.Since), () => About(
            delivery, ViolationKind.RateExceeded, $"more than {limit.Rate} messages a second and {limit.Burst} at once came"));
        long now = delivery.Time.ToUnixTimeMilliseconds();
        int atOnce = group.Out.Values.Count(lease => lease.Delivery == delivery || now < lease.Since + Lease.TotalMilliseconds);
        log.Require(limit.MaxLeased == 0 || atOnce <= limit.MaxLeased, () => About(
            delivery, ViolationKind.TooManyLeased, $"{atOnce} messages are out, and no more than {limit.MaxLeased} may be"));
    }

    private LimitedGroup Of(HistoryEvent happened)
    {
        if (!_groups.TryGetValue(happened.Group, out var group))
        {
            _groups.Add(happened.Group, group = new LimitedGroup());
            if (_purges.TryGetValue(happened.Group.Queue, out var purge))
                group.LeaseNone(purge);
        }
        return group;
    }

    private static Violation About(HistoryEvent delivery, ViolationKind kind, string text) => new(kind, $"{text} ({delivery.Group})")
    {
        Group = delivery.Group, Offset = delivery.Offset,
    };
}
