namespace Forewave.Broker.Scheduling;

/// <summary>Some of a queue's scheduled messages in the order of their due times.</summary>
/// <param name="Entries">The messages.</param>
/// <param name="More">There are more after them.</param>
/// <param name="Total">How many the queue has.</param>
internal sealed record ScheduledPage(IReadOnlyList<ScheduledEntry> Entries, bool More, long Total);
