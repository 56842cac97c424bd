using Forewave.Protocol;
using Forewave.Storage;

namespace Forewave.Broker.Transactions;

/// <summary>
/// Lets the store free what was prepared and is not needed any more: when the record that says so is committed, or a power failure could
/// bring a transaction back without its messages. For whoever has the transactions' turn.
/// </summary>
internal sealed class PreparedExpiry(IStore store, OpenTransactions open)
{
    /// <summary>How long an empty lane stays after its hour: nothing is prepared into it any more then.</summary>
    private static readonly TimeSpan Grace = TimeSpan.FromDays(1);

    private readonly Queue<(LogPosition After, PreparedLane Lane, long First)> _due = new();

    /// <summary>Some of a lane is not needed when the log is committed up to a position.</summary>
    public void Add(PreparedLane lane, LogPosition after) => _due.Enqueue((after, lane, lane.First));

    /// <summary>The log is committed up to a position: frees what it covers.</summary>
    public void Free(LogPosition committed)
    {
        while (_due.TryPeek(out var next) && next.After <= committed)
        {
            _due.Dequeue();
            store.Expire(next.Lane.Number.Value, new Offset(next.First));
        }
    }

    /// <summary>
    /// Forgets lanes whose hour is over and of which nothing is needed. Places begin anew if the lane should ever be used again, so
    /// whatever was on its way into it has to be there first.
    /// </summary>
    public void DropOver(Timestamp now, LogPosition dispatched)
    {
        foreach (var lane in open.Lanes.Where(lane => lane.First == lane.End && lane.Number.End.Plus(Grace).CompareTo(now) < 0).ToArray())
        {
            if (lane.OverAt == LogPosition.None)
                lane.OverAt = store.Tail;
            if (dispatched < lane.OverAt || _due.Any(due => due.Lane == lane))
                continue;
            store.Expire(lane.Number.Value, new Offset(lane.End + 1));
            open.Drop(lane);
        }
    }
}
