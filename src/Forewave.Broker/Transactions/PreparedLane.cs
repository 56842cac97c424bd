using Forewave.Broker.Scheduling.Pending;
using Forewave.Protocol;

namespace Forewave.Broker.Transactions;

/// <summary>
/// The index, in the store, of what was prepared in one hour: places from 1, given in the order of the records. What is decided is
/// given up from the first place on: on disk, one transaction that stays open keeps what was prepared behind it in its hour; in memory, itself.
/// For whoever has the transactions' turn.
/// </summary>
internal sealed class PreparedLane
{
    private readonly LinkedList<PreparedRun> _runs = new();

    public PreparedLane(LaneNumber number) => Reading = new PendingLane(number);

    /// <summary>Its name for who reads from it.</summary>
    public PendingLane Reading { get; }

    /// <summary>Its number.</summary>
    public LaneNumber Number => Reading.Number;

    /// <summary>The place that the next message gets.</summary>
    public long End { get; set; } = 1;

    /// <summary>The first place that is needed; the end where none is.</summary>
    public long First => _runs.First?.Value.Place ?? End;

    /// <summary>When the log had come so far, its hour was over and nothing in it was needed.</summary>
    public LogPosition OverAt { get; set; }

    /// <summary>Adds what stands behind all that was added before.</summary>
    public void Add(PreparedRun run) => run.InLane = _runs.AddLast(run);

    /// <summary>Its transaction is decided: its bytes are not needed any more, and nothing of it stays in memory.</summary>
    public void Remove(PreparedRun run)
    {
        if (run.InLane is not { } node)
            return;
        _runs.Remove(node);
        run.InLane = null;
    }
}
