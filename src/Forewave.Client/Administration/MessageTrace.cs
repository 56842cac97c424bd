using Forewave.Protocol;

namespace Forewave.Client.Administration;

/// <summary>What is known of what happened to a message. Immutable.</summary>
public sealed record MessageTrace
{
    /// <summary>The message.</summary>
    public required MessageId Id { get; init; }

    /// <summary>Its queue.</summary>
    public required QueueName Queue { get; init; }

    /// <summary>
    /// The queue is traced: every delivery and settle is among the events, from the time on at which that began. Else failed
    /// attempts are, as far as the group or its dead letter remembers them, and the delivery that is under way.
    /// </summary>
    public required bool IsTraced { get; init; }

    /// <summary>
    /// Its header <c>traceparent</c>, the W3C trace context that it was published in: <c>00-{trace id}-{span id}-{flags}</c>. Null: it has
    /// none, or none that is valid.
    /// </summary>
    public string? TraceParent { get; init; }

    /// <summary>The trace that it was published in, 32 hex digits: what to look for where spans are kept. Null: it is in none.</summary>
    public string? TraceId => TraceParent?.Split('-') is [_, string id, ..] ? id : null;

    /// <summary>In the order of their times.</summary>
    public required IReadOnlyList<TraceEvent> Events { get; init; }
}
