namespace Forewave.Broker.Delivery.Reading;

/// <summary>
/// Memory that the groups of one loop share for what they read from disk. A source that has to wait is told when there is room;
/// sources that nobody reads from now are dropped first. For the loop alone.
/// </summary>
internal sealed class ColdReadBudget(long bytes)
{
    private readonly LinkedList<RunSource> _idle = new();
    private readonly Queue<RunSource> _waiting = new();
    private long _left = bytes;

    /// <summary>Reads that were started and did not come back.</summary>
    public int UnderWay { get; set; }

    /// <summary>Takes memory for one read; false: <paramref name="source"/> is woken when there is some.</summary>
    public bool TryTake(RunSource source, int byteCount)
    {
        if (!MakeRoom(byteCount))
        {
            if (!source.WaitsForMemory)
                _waiting.Enqueue(source);
            source.WaitsForMemory = true;
            return false;
        }
        _left -= byteCount;
        return true;
    }

    /// <summary>Gives memory back; <see cref="WakeWaiting"/> follows before the loop sleeps.</summary>
    public void Give(int byteCount) => _left += byteCount;

    /// <summary>
    /// Wakes sources that wait, as many as there is memory for. One that has no use for it now (its consumer has no credit, its
    /// connection is congested) asks again when it has, and does not stand in the way of the next.
    /// </summary>
    public void WakeWaiting()
    {
        long promised = 0;
        while (_waiting.Count > 0 && MakeRoom(promised + RunSource.WindowBytes))
        {
            var next = _waiting.Dequeue();
            next.WaitsForMemory = false;
            if (next.Wake())
                promised += RunSource.WindowBytes;
        }
    }

    /// <summary>Nobody reads from a source now.</summary>
    public void Idle(RunSource source)
    {
        if (source.IdleNode.List is null)
            _idle.AddLast(source.IdleNode);
    }

    /// <summary>Somebody reads from a source.</summary>
    public void Busy(RunSource source)
    {
        if (source.IdleNode.List is not null)
            _idle.Remove(source.IdleNode);
    }

    private bool MakeRoom(long byteCount)
    {
        while (_left < byteCount && _idle.First is { } idle)
        {
            _idle.Remove(idle);
            idle.Value.Drop();
        }
        return _left >= byteCount;
    }
}
