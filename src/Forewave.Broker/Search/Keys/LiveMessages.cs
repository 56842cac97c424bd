using Forewave.Broker.Delivery.Priorities;
using Forewave.Storage;

namespace Forewave.Broker.Search.Keys;

/// <summary>
/// Which messages are in their queues still, as it was when each index was first asked for. For one piece of work of one thread.
/// </summary>
internal sealed class LiveMessages(IStore store, Func<uint, bool> hasQueue)
{
    private readonly Dictionary<uint, long> _lowest = [];
    private uint _index;
    private long _first = long.MaxValue;
    private bool _isKnown;

    /// <summary>Whether a message is there.</summary>
    public bool IsLive(KeyPlace place)
    {
        if (!_isKnown || place.Index != _index)
        {
            _index = place.Index;
            _first = LowestOf(place.Index);
            _isKnown = true;
        }
        return place.Offset >= _first;
    }

    private long LowestOf(uint index)
    {
        if (_lowest.TryGetValue(index, out long lowest))
            return lowest;
        lowest = hasQueue(PriorityBand.QueueOf(index)) ? store.Extent(index).FirstRetained.Value : long.MaxValue;
        _lowest.Add(index, lowest);
        return lowest;
    }
}
