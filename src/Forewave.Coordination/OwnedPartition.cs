using Forewave.Protocol;

namespace Forewave.Coordination;

/// <summary>A partition and the broker that owns it.</summary>
public sealed record OwnedPartition
{
    /// <summary>Which partition.</summary>
    public required PartitionNumber Partition { get; init; }

    /// <summary>Where clients reach the owner, as <c>host:port</c>; empty where it takes no connections.</summary>
    public required string Address { get; init; }

    /// <summary>The lowest epoch that the owner may serve under; none where the store alone raises epochs.</summary>
    public required Epoch Epoch { get; init; }

    /// <summary>Cancelled when the ownership is lost: the owner stops answering at once. Never, for a single node.</summary>
    public required CancellationToken Lost { get; init; }
}
