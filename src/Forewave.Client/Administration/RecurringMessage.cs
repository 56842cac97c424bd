using Forewave.Protocol;

namespace Forewave.Client.Administration;

/// <summary>A message that comes again and again, as its broker saw it when it answered. Immutable.</summary>
public sealed record RecurringMessage
{
    /// <summary>Its queue.</summary>
    public required QueueName Queue { get; init; }

    /// <summary>Its name in the queue.</summary>
    public required string Name { get; init; }

    /// <summary>When it comes: a cron expression.</summary>
    public required string Cron { get; init; }

    /// <summary>The time zone of the expression, an IANA name.</summary>
    public required string TimeZone { get; init; }

    /// <summary>Its body.</summary>
    public required ReadOnlyMemory<byte> Body { get; init; }

    /// <summary>When it comes next.</summary>
    public required DateTimeOffset NextDeliverAt { get; init; }

    /// <summary>The id of the message that comes then.</summary>
    public required MessageId NextId { get; init; }
}
