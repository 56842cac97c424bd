using Forewave.Protocol;

namespace Forewave.Client.Administration;

/// <summary>A broker, as it saw itself when it answered. Immutable.</summary>
public sealed record BrokerDetails
{
    /// <summary>Its version.</summary>
    public required string Version { get; init; }

    /// <summary>The partition that it owns.</summary>
    public required PartitionNumber Partition { get; init; }

    /// <summary>The epoch under which it owns it.</summary>
    public required Epoch Epoch { get; init; }

    /// <summary>The log's end.</summary>
    public required LogPosition TailPosition { get; init; }

    /// <summary>Up to here the log is durable.</summary>
    public required LogPosition CommittedPosition { get; init; }

    /// <summary>Connections that are open.</summary>
    public required int Connections { get; init; }

    /// <summary>Queues that there are.</summary>
    public required int Queues { get; init; }
}
