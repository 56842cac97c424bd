using Forewave.Broker.Delivery.Cursors;
using Forewave.Broker.Delivery.Priorities;

namespace Forewave.Broker.Delivery.Administration;

/// <summary>A page of a group's leases.</summary>
/// <param name="Leases">In the order of their offsets as they stand on the wire; offsets are those of their band.</param>
/// <param name="Next">Where the next page goes on, as an offset on the wire; 0: this is the last one.</param>
internal sealed record LeasePage(IReadOnlyList<(PriorityBand Band, LeaseView Lease)> Leases, long Next);
