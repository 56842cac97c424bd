namespace Forewave.Broker.Messages;

/// <summary>What is known of what happened to a message.</summary>
/// <param name="Found">The message.</param>
/// <param name="Events">In the order of their times.</param>
internal sealed record MessageTrace(FoundMessage Found, IReadOnlyList<TraceEvent> Events)
{
    /// <summary>Everything is kept of its queue, from some time on; else failures are.</summary>
    public required bool IsTraced { get; init; }

    /// <summary>The place in the queue's trace up to which was looked; 0: to its end.</summary>
    public required long More { get; init; }
}
