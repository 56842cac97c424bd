using Forewave.Broker.Scheduling.Pending;
using Forewave.Broker.Scheduling.Recurring;
using Forewave.Storage;
using Microsoft.Extensions.Logging;

namespace Forewave.Broker.Scheduling;

/// <summary>What the parts of the scheduler share. All but the intake is for whoever has the turn.</summary>
internal sealed record SchedulerParts
{
    public required IStore Store { get; init; }

    public required PendingMessages Pending { get; init; }

    public required RecurringMessages Recurring { get; init; }

    public required ScheduleFold Fold { get; init; }

    public required LaneExpiry Expiry { get; init; }

    public required CommitIntake Intake { get; init; }

    public required SchedulerMetrics Metrics { get; init; }

    /// <summary><see cref="QueueLife"/> of a queue, by its number.</summary>
    public required Func<uint, ulong> LifeOf { get; init; }

    public required TimeProvider Time { get; init; }

    public required ILogger Logger { get; init; }
}
