using Forewave.Protocol;

namespace Forewave.Cli.Bench;

/// <summary>What was received of one producer. Guarded by its owner's lock.</summary>
internal sealed class ProducerTrack
{
    private readonly Dictionary<QueueName, long> _highestByQueue = [];
    private QueueName _lastQueue;
    private long _lastQueueHighest;
    private long _lowest = long.MaxValue;
    private long _highest;
    private long _count;

    /// <summary>Log position of each sequence's first delivery.</summary>
    public SequenceTable Positions { get; } = new();

    /// <summary>Sequences between the lowest and the highest one that never came.</summary>
    public long Gaps => _count == 0 ? 0 : _highest - _lowest + 1 - _count;

    /// <summary>Counts a first delivery; false when a later one of the queue came before.</summary>
    public bool CountFirst(long sequence, QueueName queue)
    {
        _count++;
        _lowest = Math.Min(_lowest, sequence);
        _highest = Math.Max(_highest, sequence);
        if (queue != _lastQueue)
        {
            if (_lastQueueHighest > 0)
                _highestByQueue[_lastQueue] = _lastQueueHighest;
            _highestByQueue.TryGetValue(queue, out _lastQueueHighest);
            _lastQueue = queue;
        }
        bool inOrder = sequence > _lastQueueHighest;
        _lastQueueHighest = Math.Max(_lastQueueHighest, sequence);
        return inOrder;
    }
}
