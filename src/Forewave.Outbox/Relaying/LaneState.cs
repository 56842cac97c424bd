using Forewave.Client.Producing.Sequenced;
using Forewave.Protocol;

namespace Forewave.Outbox.Relaying;

/// <summary>A partition as the outbox has it: its producer id and its next sequence, both as they stand in the database. Its relay's alone.</summary>
internal sealed class LaneState(PartitionNumber partition, ProducerId producer)
{
    public PartitionNumber Partition => partition;

    public ProducerId Producer => producer;

    /// <summary>The sequence of the next row. Never lower than one above the highest that any row ever had under the producer id.</summary>
    public long NextSequence { get; set; } = 1;

    /// <summary>It stands in the database.</summary>
    public bool IsStored { get; set; }

    /// <summary>Its way to the broker; null: none yet.</summary>
    public SequencedLane? Lane { get; set; }

    /// <summary>The session at whose beginning it was found right: the relay has the lock, and the broker knows the producer.</summary>
    public SequencedSession? Verified { get; set; }
}
