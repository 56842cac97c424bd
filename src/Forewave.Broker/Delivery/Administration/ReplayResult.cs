using Forewave.Broker.Delivery.Replays;

namespace Forewave.Broker.Delivery.Administration;

/// <summary>What a replay will do, or would do.</summary>
/// <param name="Counts">By what its messages are now.</param>
/// <param name="Group">The group as it is now.</param>
internal sealed record ReplayResult(ReplayCounts Counts, GroupDetails Group);
