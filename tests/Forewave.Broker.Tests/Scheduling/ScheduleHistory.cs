namespace Forewave.Broker.Tests.Scheduling;

/// <summary>
/// What was asked for, answered and received, and what of it breaks a promise: a message comes before any time that it may be
/// due; comes after its cancel was answered; comes under another id than its receipt's; has two offsets; never comes although its
/// publish was answered and no cancel was asked for.
/// </summary>
internal sealed class ScheduleHistory
{
    private readonly Dictionary<string, Entry> _entries = [];

    public List<string> Violations { get; } = [];

    /// <summary>Names of messages of which the publish was answered and that may be pending still.</summary>
    public IReadOnlyList<string> Open => [.. _entries.Where(pair => pair.Value is { Position: > 0, Offset: 0, IsCancelled: false }).Select(pair => pair.Key)];

    /// <summary>Names of messages that have to come and did not yet.</summary>
    public IReadOnlyList<string> Missing =>
        [.. _entries.Where(pair => pair.Value is { Position: > 0, Offset: 0, MayBeCancelled: false }).Select(pair => pair.Key)];

    /// <summary>Messages that came.</summary>
    public int Came => _entries.Values.Count(entry => entry.Offset > 0);

    public ulong PositionOf(string name) => _entries[name].Position;

    public void Publishing(string name, ulong due) => _entries[name] = new Entry { EarliestDue = due };

    public void Published(string name, ulong position) => _entries[name].Position = position;

    /// <summary>A cancel is asked for; returns what takes that back: it was refused.</summary>
    public Action Cancelling(string name)
    {
        var entry = _entries[name];
        bool before = entry.MayBeCancelled;
        entry.MayBeCancelled = true;
        return () => entry.MayBeCancelled = before;
    }

    public void Cancelled(string name) => _entries[name].IsCancelled = true;

    public void Rescheduling(string name, ulong due) => _entries[name].EarliestDue = Math.Min(_entries[name].EarliestDue, due);

    public void Rescheduled(string name, ulong due) => _entries[name].EarliestDue = due;

    public void Received(Received message, ulong now)
    {
        if (!_entries.TryGetValue(message.Name, out var entry))
        {
            Violations.Add($"{message.Name} was never published");
            return;
        }
        if (now < entry.EarliestDue)
            Violations.Add($"{message.Name} came at {now}, is due at {entry.EarliestDue}");
        if (entry is { IsCancelled: true, Offset: 0 })
            Violations.Add($"{message.Name} came after its cancel was answered");
        if (entry.Position > 0 && entry.Position != message.Position)
            Violations.Add($"{message.Name} came as {message.Position:x}, its receipt says {entry.Position:x}");
        if (entry.Offset > 0 && entry.Offset != message.Offset)
            Violations.Add($"{message.Name} has offsets {entry.Offset} and {message.Offset}");
        entry.Offset = message.Offset;
    }

    private sealed class Entry
    {
        public ulong EarliestDue { get; set; }

        public ulong Position { get; set; }

        public ulong Offset { get; set; }

        public bool MayBeCancelled { get; set; }

        public bool IsCancelled { get; set; }
    }
}
