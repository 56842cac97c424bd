using Forewave.Client.Connections;
using Forewave.Protocol;

namespace Forewave.Client.Administration;

/// <summary>The master of a partition, to be asked. Immutable.</summary>
/// <param name="partition">Which; null: the only one that there is.</param>
/// <param name="connect">The connection there, or the next one.</param>
internal sealed class PartitionTarget(PartitionNumber? partition, Func<TimeSpan, CancellationToken, ValueTask<Connection>> connect)
{
    /// <summary>Which; null: the only one that there is, whose places and numbers need no partition.</summary>
    public PartitionNumber? Partition => partition;

    /// <summary>The connection there, or the next one.</summary>
    /// <exception cref="ForewaveException">Timeout.</exception>
    public ValueTask<Connection> ConnectionAsync(TimeSpan patience, CancellationToken cancellation) => connect(patience, cancellation);
}
