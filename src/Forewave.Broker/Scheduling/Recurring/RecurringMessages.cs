using Forewave.Protocol;

namespace Forewave.Broker.Scheduling.Recurring;

/// <summary>All recurring messages, by name and by the id of what comes out next. For whoever has the scheduler's turn.</summary>
internal sealed class RecurringMessages
{
    private readonly Dictionary<(uint Queue, string Name), RecurringMessage> _byName = [];
    private readonly Dictionary<LogPosition, RecurringMessage> _byNext = [];
    private volatile int _count;

    /// <summary>How many there are. For any thread.</summary>
    public int Count => _count;

    /// <summary>All of them, by queue and name.</summary>
    public IEnumerable<RecurringMessage> All => _byName.Values.OrderBy(message => message.Queue).ThenBy(message => message.Name, StringComparer.Ordinal);

    /// <summary>The one of a queue with a name, or null.</summary>
    public RecurringMessage? Find(uint queue, string name) => _byName.GetValueOrDefault((queue, name));

    /// <summary>The one that a scheduled message comes from, or null.</summary>
    public RecurringMessage? Of(LogPosition id) => _byNext.Count == 0 ? null : _byNext.GetValueOrDefault(id);

    /// <summary>Does what a record says.</summary>
    /// <param name="queue">The queue in its header.</param>
    /// <param name="record">The record.</param>
    /// <param name="position">Its position.</param>
    public void Apply(uint queue, in RecurringRecord record, LogPosition position)
    {
        var message = record.Message with { Queue = queue };
        if (record.IsDeleted)
            Remove(message);
        else
            Set(message with { NextId = position.Plus(1) });
    }

    /// <summary>Adds one, or replaces the one of its name.</summary>
    public void Set(RecurringMessage message)
    {
        Remove(message);
        _byName[(message.Queue, message.Name)] = message;
        _byNext[message.NextId] = message;
        _count = _byName.Count;
    }

    /// <summary>A queue was deleted.</summary>
    public void Close(uint queue)
    {
        foreach (var message in _byName.Values.Where(message => message.Queue == queue).ToArray())
            Remove(message);
    }

    private void Remove(RecurringMessage message)
    {
        if (_byName.Remove((message.Queue, message.Name), out var former))
            _byNext.Remove(former.NextId);
        _count = _byName.Count;
    }
}
