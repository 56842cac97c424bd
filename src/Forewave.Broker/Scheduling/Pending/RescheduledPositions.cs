using Forewave.Protocol;

namespace Forewave.Broker.Scheduling.Pending;

/// <summary>
/// The ids of pending messages that were scheduled anew: a message keeps its id, the record with its latest due time has
/// another position. In recovery a message may be known under several, until the records between them are replayed. For whoever
/// has the scheduler's turn.
/// </summary>
internal sealed class RescheduledPositions
{
    private readonly Dictionary<LogPosition, List<LogPosition>> _positions = [];
    private readonly Dictionary<LogPosition, LogPosition> _ids = [];

    /// <summary>A record gave a message another due time.</summary>
    /// <param name="id">The message's id.</param>
    /// <param name="position">Position of the record.</param>
    public void Add(LogPosition id, LogPosition position)
    {
        if (!_ids.TryAdd(position, id))
            return;
        if (!_positions.TryGetValue(id, out var known))
            _positions.Add(id, known = []);
        known.Add(position);
    }

    /// <summary>Positions of the records that scheduled a message anew and whose messages are pending; mostly none.</summary>
    public IReadOnlyList<LogPosition> Of(LogPosition id) => _positions.TryGetValue(id, out var known) ? known : [];

    /// <summary>The id of the message that a record scheduled.</summary>
    public LogPosition IdOf(LogPosition position) => _ids.TryGetValue(position, out var id) ? id : position;

    /// <summary>What a record scheduled is not pending any more.</summary>
    public void Remove(LogPosition position)
    {
        if (!_ids.Remove(position, out var id))
            return;
        var known = _positions[id];
        known.Remove(position);
        if (known.Count == 0)
            _positions.Remove(id);
    }
}
