using Forewave.Broker.Scheduling.Pending;
using Forewave.Protocol;

namespace Forewave.Broker.Transactions;

/// <summary>
/// The index, in the store, of what was prepared in one hour: places from 1, given in the order of the records. What is decided is
/// given up from the first place on; one transaction that stays open keeps what was prepared behind it in its hour, and nothing else.
/// For whoever has the transactions' turn.
/// </summary>
internal sealed class PreparedLane
{
    private readonly Queue<PreparedRun> _runs = new();

    public PreparedLane(LaneNumber number) => Reading = new PendingLane(number);

    /// <summary>Its name for who reads from it.</summary>
    public PendingLane Reading { get; }

    /// <summary>Its number.</summary>
    public LaneNumber Number => Reading.Number;

    /// <summary>The place that the next message gets.</summary>
    public long End { get; set; } = 1;

    /// <summary>The first place that is needed; the end where none is.</summary>
    public long First
    {
        get
        {
            while (_runs.TryPeek(out var run) && run.IsDone)
                _runs.Dequeue();
            return _runs.TryPeek(out var first) ? first.Place : End;
        }
    }

    /// <summary>When the log had come so far, its hour was over and nothing in it was needed.</summary>
    public LogPosition OverAt { get; set; }

    /// <summary>Adds what stands behind all that was added before.</summary>
    public void Add(PreparedRun run) => _runs.Enqueue(run);
}
