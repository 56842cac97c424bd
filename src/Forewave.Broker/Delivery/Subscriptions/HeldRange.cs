using Forewave.Protocol;

namespace Forewave.Broker.Delivery.Subscriptions;

/// <summary>Leases that a consumer that comes back still holds.</summary>
/// <param name="First">Offset of the first.</param>
/// <param name="Count">How many.</param>
/// <param name="Attempt">Their attempt.</param>
internal readonly record struct HeldRange(Offset First, int Count, Attempt Attempt);
