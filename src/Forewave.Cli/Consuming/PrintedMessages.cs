namespace Forewave.Cli.Consuming;

/// <summary>
/// The places of messages that were printed and whose acks are not known to be done. Thread-safe. A redelivery of one of them
/// is not printed again; what is known to be settled and comes once more (after a reset, in a replay, redriven) is.
/// </summary>
internal sealed class PrintedMessages
{
    private readonly Lock _gate = new();
    private readonly HashSet<MessagePlace> _failed = [];
    private HashSet<MessagePlace> _printed = [];
    private HashSet<MessagePlace> _acked = [];
    private HashSet<MessagePlace> _confirming = [];
    private bool _isConfirming;

    /// <summary>How many there are that no confirmation has begun for.</summary>
    public int Count
    {
        get
        {
            lock (_gate)
                return _printed.Count + _acked.Count;
        }
    }

    /// <summary>A message is about to be printed; false when it was printed before.</summary>
    public bool TryAdd(MessagePlace place)
    {
        lock (_gate)
        {
            if (_confirming.Contains(place) || _acked.Contains(place))
                return false;
            return _printed.Add(place) && !_failed.Remove(place);
        }
    }

    /// <summary>Acks of so many messages were refused: they come again.</summary>
    public void Failed(MessagePlace first, long count)
    {
        lock (_gate)
        {
            for (long i = 0; i < count; i++)
                _failed.Add(first with { Offset = first.Offset + i });
        }
    }

    /// <summary>All that was printed so far is acked. True: nobody confirms acks now, and the caller has to.</summary>
    public bool Acked()
    {
        lock (_gate)
        {
            if (_acked.Count == 0)
                (_acked, _printed) = (_printed, _acked);
            else
                _acked.UnionWith(_printed);
            _printed.Clear();
            bool isFirst = !_isConfirming;
            _isConfirming = true;
            return isFirst;
        }
    }

    /// <summary>All acks so far are about to be confirmed. False: there are none, and nobody confirms any more.</summary>
    public bool TryBeginConfirmation()
    {
        lock (_gate)
        {
            _isConfirming = _acked.Count > 0;
            (_acked, _confirming) = (_confirming, _acked);
            return _isConfirming;
        }
    }

    /// <summary>They were; what failed among them is kept.</summary>
    public void EndConfirmation()
    {
        lock (_gate)
            _confirming.Clear();
    }
}
