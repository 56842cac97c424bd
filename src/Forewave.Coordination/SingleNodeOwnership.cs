using System.Collections.Concurrent;
using Forewave.Protocol;

namespace Forewave.Coordination;

/// <summary>
/// One process alone: it owns what it takes for as long as it lives, and nobody can take it away. What keeps a second process
/// off the same data is the store's exclusive lock; what fences old records is the epoch that the store raises at each opening.
/// Within the process a partition is taken once. Thread-safe.
/// </summary>
public sealed class SingleNodeOwnership : IOwnership
{
    private readonly ConcurrentDictionary<PartitionNumber, OwnedPartition> _taken = new();
    private readonly string _address;

    /// <param name="address">Where clients reach this process, as <c>host:port</c>; empty where it takes no connections.</param>
    public SingleNodeOwnership(string address) => _address = address;

    /// <inheritdoc/>
    public ValueTask<OwnedPartition> TakeAsync(PartitionNumber partition, CancellationToken cancellation)
    {
        cancellation.ThrowIfCancellationRequested();
        var owned = new OwnedPartition { Partition = partition, Address = _address, Epoch = Epoch.None, Lost = CancellationToken.None };
        if (!_taken.TryAdd(partition, owned))
            throw new ForewaveException(ErrorCode.NotOwner, $"Partition {partition.Value} is taken in this process already.");
        return ValueTask.FromResult(owned);
    }

    /// <inheritdoc/>
    public ValueTask<OwnedPartition?> FindAsync(PartitionNumber partition, CancellationToken cancellation)
    {
        cancellation.ThrowIfCancellationRequested();
        return ValueTask.FromResult(_taken.GetValueOrDefault(partition));
    }

    /// <inheritdoc/>
    public ValueTask DisposeAsync()
    {
        _taken.Clear();
        return ValueTask.CompletedTask;
    }
}
