using Forewave.Broker.Delivery.Records;
using Forewave.Protocol;

namespace Forewave.Broker.Delivery.Groups;

/// <summary>The numbers and the name of a group: given once, never to another one.</summary>
internal sealed record GroupIdentity
{
    /// <summary>Its number.</summary>
    public required uint Id { get; init; }

    /// <summary>The number of its queue.</summary>
    public required uint QueueId { get; init; }

    /// <summary>The number of its dead letters in the store's index.</summary>
    public required uint DeadIndex { get; init; }

    /// <summary>Its name.</summary>
    public required GroupName Name { get; init; }

    /// <inheritdoc/>
    public override string ToString() => $"{Name.Value} ({Id}) of queue {QueueId}";

    /// <summary>Writes it.</summary>
    public void Write(RecordWriter writer)
    {
        writer.UInt32(Id);
        writer.UInt32(QueueId);
        writer.UInt32(DeadIndex);
        writer.Text(Name.Value);
    }

    /// <summary>Reads it.</summary>
    public static GroupIdentity Read(ref RecordReader reader) => new()
    {
        Id = reader.UInt32(), QueueId = reader.UInt32(), DeadIndex = reader.UInt32(), Name = new GroupName(reader.Text()),
    };
}
