using Forewave.Protocol;

namespace Forewave.Coordination;

/// <summary>
/// Who owns a partition. A broker asks before it opens its store and gives up when it has closed it; while it owns the partition
/// nobody else does. Thread-safe.
/// </summary>
public interface IOwnership : IAsyncDisposable
{
    /// <summary>
    /// Takes the partition for this broker. The epoch that the broker then serves under is the higher one of what this returns
    /// and of what its store raises at opening.
    /// </summary>
    /// <exception cref="ForewaveException"><see cref="ErrorCode.NotOwner"/>: another broker owns it.</exception>
    ValueTask<OwnedPartition> TakeAsync(PartitionNumber partition, CancellationToken cancellation);

    /// <summary>Who owns a partition now; null where nobody does.</summary>
    ValueTask<OwnedPartition?> FindAsync(PartitionNumber partition, CancellationToken cancellation);
}
