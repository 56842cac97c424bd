using Forewave.Broker.Scheduling.Pending;
using Forewave.Protocol;

namespace Forewave.Broker.Scheduling;

/// <summary>Consecutive places of a lane.</summary>
/// <param name="Lane">The lane.</param>
/// <param name="First">The first place.</param>
/// <param name="Count">How many.</param>
internal readonly record struct LaneRange(PendingLane Lane, Offset First, int Count);
