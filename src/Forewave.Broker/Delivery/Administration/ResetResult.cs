using Forewave.Broker.Delivery.Groups;

namespace Forewave.Broker.Delivery.Administration;

/// <summary>What a reset did, or would do.</summary>
/// <param name="Counts">To messages.</param>
/// <param name="Consumers">How many are subscribed.</param>
/// <param name="Group">The group as it is now.</param>
internal sealed record ResetResult(ResetCounts Counts, int Consumers, GroupDetails Group);
