using Forewave.Broker.Delivery.Groups;

namespace Forewave.Broker.Delivery.Administration;

/// <summary>Where a group is to begin anew, and under what conditions.</summary>
/// <param name="To">Where. An offset is of one priority; the others stay as they are then.</param>
internal readonly record struct ResetRequest(StartPoint To)
{
    /// <summary>Also where consumers are subscribed.</summary>
    public bool Force { get; init; }

    /// <summary>Only say what it would mean.</summary>
    public bool DryRun { get; init; }
}
