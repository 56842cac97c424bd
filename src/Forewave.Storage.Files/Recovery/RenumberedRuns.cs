using Forewave.Protocol;

namespace Forewave.Storage.Files.Recovery;

/// <summary>
/// Which offsets runs have got in a replay that lost records. Offsets are ranks, so behind what is lost they are others than before; a
/// record that was carried over names the old ones, and is told by the position of its original instead.
/// <para>Empty until something is lost; then about 40 bytes for each run that is replayed. One thread, recovery's.</para>
/// </summary>
internal sealed class RenumberedRuns
{
    private readonly Dictionary<(uint Queue, LogPosition Record), Offset> _offsets = [];
    private readonly Dictionary<uint, Offset> _from = [];
    private LogPosition _firstLost = LogPosition.None;

    /// <summary>Records from a position on are lost.</summary>
    public void Lose(LogPosition first) => _firstLost = _firstLost == LogPosition.None ? first : _firstLost;

    /// <summary>A run has got its offsets.</summary>
    public void Note(uint queue, LogPosition record, Offset first)
    {
        if (_firstLost != LogPosition.None)
        {
            _offsets[(queue, record)] = first;
            _from.TryAdd(queue, first);
        }
    }

    /// <summary>The first offset of a run that was carried over; null: its record is among what is lost, and so are its offsets.</summary>
    /// <param name="queue">Its queue.</param>
    /// <param name="record">Position of the record that was carried over.</param>
    /// <param name="first">The offset that it had then.</param>
    public Offset? Place(uint queue, LogPosition record, Offset first)
    {
        bool isBefore = _firstLost == LogPosition.None || record < _firstLost;
        if (isBefore)
        {
            return first;
        }

        if (_offsets.TryGetValue((queue, record), out Offset now))
        {
            return now;
        }

        // What the checkpoint's part of the queue had already is not replayed, and has the offsets that it had.
        return _from.TryGetValue(queue, out Offset from) && first >= from ? null : first;
    }
}
