using Forewave.Protocol;
using Forewave.Storage;

namespace Forewave.Broker.Scheduling.Recurring;

/// <summary>A message that is scheduled again each time it comes out.</summary>
internal sealed record RecurringMessage
{
    /// <summary>Number of its queue.</summary>
    public required uint Queue { get; init; }

    /// <summary>Its name in the queue.</summary>
    public required string Name { get; init; }

    /// <summary>When it recurs: a cron expression.</summary>
    public required string Cron { get; init; }

    /// <summary>The time zone of the expression, an IANA name.</summary>
    public required string TimeZone { get; init; }

    /// <summary>The encoded message, without tag and length.</summary>
    public required ReadOnlyMemory<byte> Message { get; init; }

    /// <summary>When it comes out next.</summary>
    public required Timestamp NextDue { get; init; }

    /// <summary>Id of the message that comes out then; none in a record, whose position tells it.</summary>
    public LogPosition NextId { get; init; }

    /// <summary>The time at which it comes out after another one; null: never again.</summary>
    public Timestamp? After(Timestamp time)
    {
        if (!CronExpression.TryParse(Cron, out var cron) || !TimeZoneInfo.TryFindSystemTimeZoneById(TimeZone, out var zone))
            return null;
        return cron.Next(time.ToDateTimeOffset(), zone) is { } next ? Timestamp.From(next) : null;
    }
}
