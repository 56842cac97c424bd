using Forewave.Protocol;

namespace Forewave.Cli.Bench;

/// <summary>What was received of one producer. Guarded by its owner's lock.</summary>
internal sealed class ProducerTrack
{
    private readonly long[] _highestByLane;
    private readonly Dictionary<QueueName, long> _highestByQueue = [];
    private QueueName _lastQueue;
    private long _lastQueueHighest;
    private long _lowest = long.MaxValue;
    private long _highest;
    private long _count;

    /// <param name="lanes">Sequences that are congruent by it are in order, others are not; 0: all of a queue are.</param>
    public ProducerTrack(int lanes) => _highestByLane = new long[lanes];

    /// <summary>Log position of each sequence's first delivery.</summary>
    public SequenceTable Positions { get; } = new();

    /// <summary>Sequences between the lowest and the highest one that never came.</summary>
    public long Gaps => _count == 0 ? 0 : _highest - _lowest + 1 - _count;

    /// <summary>Counts a first delivery; false when a later one of the lane, or without lanes of the queue, came before.</summary>
    public bool CountFirst(long sequence, QueueName queue)
    {
        _count++;
        _lowest = Math.Min(_lowest, sequence);
        _highest = Math.Max(_highest, sequence);
        if (_highestByLane.Length > 0)
            return CountInLane(sequence);
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

    private bool CountInLane(long sequence)
    {
        ref long highest = ref _highestByLane[sequence % _highestByLane.Length];
        bool inOrder = sequence > highest;
        highest = Math.Max(highest, sequence);
        return inOrder;
    }
}
