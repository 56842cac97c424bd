using Forewave.Broker.Scheduling.Pending;
using Forewave.Protocol;
using Forewave.Storage;

namespace Forewave.Broker.Scheduling;

/// <summary>
/// Lets the store free what lanes do not need any more: when the records that say so are committed, or a power failure could
/// bring back messages without their bytes. For whoever has the scheduler's turn.
/// </summary>
internal sealed class LaneExpiry
{
    /// <summary>How long an empty lane stays after its slice of time: nothing is scheduled into it any more then.</summary>
    private static readonly TimeSpan Grace = TimeSpan.FromDays(1);

    private readonly Queue<(LogPosition After, PendingLane Lane, long First)> _due = new();
    private readonly IStore _store;
    private readonly PendingMessages _pending;

    public LaneExpiry(IStore store, PendingMessages pending)
    {
        _store = store;
        _pending = pending;
    }

    /// <summary>Messages of a lane are gone when the log is committed up to a position.</summary>
    public void Add(PendingLane lane, LogPosition after) => _due.Enqueue((after, lane, lane.First));

    /// <summary>The log is committed up to a position: frees what it covers.</summary>
    public void Free(LogPosition committed)
    {
        while (_due.TryPeek(out var next) && next.After <= committed)
        {
            _due.Dequeue();
            _store.Expire(next.Lane.Number.Value, new Offset(next.First));
            next.Lane.DropDone();
        }
    }

    /// <summary>
    /// Forgets lanes whose time is over and that are empty. The lane's place numbers begin anew if it should ever be used again,
    /// so whatever was on its way into it has to be there first.
    /// </summary>
    public void DropOver(Timestamp now, LogPosition dispatched)
    {
        foreach (var lane in _pending.Lanes.Where(lane => lane.Alive == 0 && lane.Number.End.Plus(Grace).CompareTo(now) < 0).ToArray())
        {
            if (lane.OverAt == LogPosition.None)
                lane.OverAt = _store.Tail;
            if (dispatched < lane.OverAt || _due.Any(due => due.Lane == lane))
                continue;
            _store.Expire(lane.Number.Value, new Offset(lane.End + 1));
            _pending.Drop(lane);
        }
    }
}
