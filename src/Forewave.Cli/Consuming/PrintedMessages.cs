namespace Forewave.Cli.Consuming;

/// <summary>
/// The offsets of messages that were printed and whose acks are not known to be done. Thread-safe. A redelivery of one of them
/// is not printed again.
/// </summary>
internal sealed class PrintedMessages
{
    private readonly Lock _gate = new();
    private HashSet<long> _current = [];
    private HashSet<long> _confirming = [];
    private readonly HashSet<long> _failed = [];

    /// <summary>How many there are since the last confirmation was begun.</summary>
    public int Count => _current.Count;

    /// <summary>A message is about to be printed; false when it was printed before.</summary>
    public bool TryAdd(long offset)
    {
        lock (_gate)
            return !_confirming.Contains(offset) && !_failed.Contains(offset) && _current.Add(offset);
    }

    /// <summary>Acks of so many messages were refused: they come again.</summary>
    public void Failed(OffsetSpan offsets)
    {
        lock (_gate)
        {
            for (long offset = offsets.First; offset < offsets.First + offsets.Count; offset++)
                _failed.Add(offset);
        }
    }

    /// <summary>All acks so far are about to be confirmed.</summary>
    public void BeginConfirmation()
    {
        lock (_gate)
            (_current, _confirming) = (_confirming, _current);
    }

    /// <summary>They were; what failed among them is kept.</summary>
    public void EndConfirmation()
    {
        lock (_gate)
            _confirming.Clear();
    }
}
