using System.Collections.Concurrent;
using Forewave.Client.Connections;
using Forewave.Protocol;

namespace Forewave.Client.Transactions;

/// <summary>A connection on which the producer of transactions is known.</summary>
/// <param name="connection">The connection.</param>
/// <param name="producer">The producer's handle on it.</param>
internal sealed class Introduced(Connection connection, uint producer)
{
    public Connection Connection { get; } = connection;

    public uint Producer { get; } = producer;

    public PartitionNumber Partition { get; } = PartitionOf(connection);

    /// <summary>The handles of queues, as they are asked for; one that was refused is asked for again.</summary>
    public ConcurrentDictionary<QueueName, uint> Queues { get; } = new();

    /// <summary>Completes when everybody was told that the connection has ended.</summary>
    public TaskCompletionSource Gone { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);

    /// <summary>The partition that a connection leads to.</summary>
    public static PartitionNumber PartitionOf(Connection connection) => new((ushort)connection.Hello.Partition);
}
