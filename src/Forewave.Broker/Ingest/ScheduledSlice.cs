using Forewave.Broker.Delivery.Priorities;
using Forewave.Broker.Scheduling.Pending;

namespace Forewave.Broker.Ingest;

/// <summary>Consecutive messages of a batch that are due at the same time, or at once with one priority: one record.</summary>
internal readonly record struct ScheduledSlice
{
    /// <summary>How many messages, at least 1.</summary>
    public required int Count { get; init; }

    /// <summary>Their bytes in the batch.</summary>
    public required int ByteCount { get; init; }

    /// <summary>When they are due; null: they are published at once.</summary>
    public required DueStamp? Due { get; init; }

    /// <summary>The band of priority that they are published in; default where they are due later.</summary>
    public PriorityBand Band { get; init; }
}
