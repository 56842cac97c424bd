using Forewave.Broker.Delivery.Priorities;

namespace Forewave.Broker.Delivery.Administration;

/// <summary>The dead letters of one priority of a group.</summary>
/// <param name="Index">The number of their index.</param>
/// <param name="Band">The band of priority.</param>
internal readonly record struct DeadBand(uint Index, PriorityBand Band);
