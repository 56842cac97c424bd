namespace Forewave.Broker.Tests.Delivery;

/// <summary>
/// The threads of the process, but no turn begins while the clock moves: a move may ring several timers one after the other, and
/// a loop that is quick enough would set deadlines in between that the same move meets.
/// </summary>
internal sealed class HeldThreads : ILoopThreads
{
    private readonly Lock _gate = new();
    private List<IThreadPoolWorkItem>? _held;

    public bool TakesTurnAtCommit => true;

    public void Queue(IThreadPoolWorkItem turn)
    {
        lock (_gate)
        {
            if (_held is not null)
            {
                _held.Add(turn);
                return;
            }
        }
        SharedThreads.Instance.Queue(turn);
    }

    /// <summary>Does something while no turn begins.</summary>
    public void While(Action action)
    {
        lock (_gate)
            _held = [];
        action();
        List<IThreadPoolWorkItem> held;
        lock (_gate)
            (held, _held) = (_held, null);
        held.ForEach(SharedThreads.Instance.Queue);
    }
}
