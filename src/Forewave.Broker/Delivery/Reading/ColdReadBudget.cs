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
        while (_left < byteCount && _idle.First is { } idle)
        {
            _idle.Remove(idle);
            idle.Value.Drop();
        }
        if (_left < byteCount)
        {
            if (!source.WaitsForMemory)
                _waiting.Enqueue(source);
            source.WaitsForMemory = true;
            return false;
        }
        _left -= byteCount;
        return true;
    }

    /// <summary>Gives memory back.</summary>
    public void Give(int byteCount)
    {
        _left += byteCount;
        if (_waiting.TryDequeue(out var next))
        {
            next.WaitsForMemory = false;
            next.Wake();
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
}
