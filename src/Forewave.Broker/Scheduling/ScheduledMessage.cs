namespace Forewave.Broker.Scheduling;

/// <summary>A scheduled message and whose it is.</summary>
/// <param name="Queue">Number of its queue.</param>
/// <param name="Entry">The message.</param>
internal sealed record ScheduledMessage(uint Queue, ScheduledEntry Entry);
