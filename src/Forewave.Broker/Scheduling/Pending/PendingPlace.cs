namespace Forewave.Broker.Scheduling.Pending;

/// <summary>Where a scheduled message is kept.</summary>
/// <param name="Lane">Its lane.</param>
/// <param name="Place">Its place in the lane's index, from 1.</param>
internal readonly record struct PendingPlace(PendingLane Lane, long Place);
