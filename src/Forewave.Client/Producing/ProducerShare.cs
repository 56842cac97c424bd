using Forewave.Protocol;
using Forewave.Protocol.Routes;

namespace Forewave.Client.Producing;

/// <summary>What the partitions of one producer share.</summary>
internal sealed record ProducerShare
{
    /// <summary>The producer's id at every partition, unless one forgets it.</summary>
    public required ProducerId Id { get; init; }

    /// <summary>Where publishers wait.</summary>
    public Room Room { get; } = new();

    /// <summary>The slots of queues.</summary>
    public QueueMaps Maps { get; } = new();

    /// <summary>A queue's slots were told.</summary>
    public required Action<QueueName, SlotMap> TellSlots { get; init; }

    /// <summary>A broker does not answer.</summary>
    public required Action Doubt { get; init; }
}
