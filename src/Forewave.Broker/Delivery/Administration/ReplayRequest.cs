using Forewave.Broker.Delivery.Groups;

namespace Forewave.Broker.Delivery.Administration;

/// <summary>Which messages are to come to a group once more.</summary>
/// <param name="From">The first one. An offset is of one priority: the others are left out then.</param>
internal readonly record struct ReplayRequest(StartPoint From)
{
    /// <summary>Where it ends: an offset is the last one, a time the first that is not in it, latest all that there is.</summary>
    public required StartPoint To { get; init; }

    /// <summary>Messages a second; 0: no limit.</summary>
    public double Rate { get; init; }

    /// <summary>Only say what it would mean.</summary>
    public bool DryRun { get; init; }
}
