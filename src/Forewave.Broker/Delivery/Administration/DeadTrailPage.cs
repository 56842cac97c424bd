using Forewave.Broker.Delivery.DeadLetters;

namespace Forewave.Broker.Delivery.Administration;

/// <summary>Operations from the trail.</summary>
/// <param name="Operations">Those that ended, oldest first, then on the last page those that are running.</param>
/// <param name="Next">Where the next page begins; 0: this is the last one.</param>
internal sealed record DeadTrailPage(IReadOnlyList<DeadOperation> Operations, long Next);
