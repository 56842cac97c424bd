using Forewave.Protocol;
using Forewave.Protocol.Frames;
using Forewave.Protocol.Routes;

namespace Forewave.Client.Producing;

/// <summary>Puts messages where they belong, of several partitions. Thread-safe; called without a partition's lock.</summary>
internal interface IBatchRouter
{
    /// <summary>Adds a message to its partition's buffer; false: no room there.</summary>
    bool TryAdd(QueueName queue, in MessageFields message, in CompletionEntry entry);

    /// <summary>Whether another partition answers.</summary>
    bool HasOther(ProducerBuffer than);

    /// <summary>How many partitions there are.</summary>
    int Count { get; }

    /// <summary>Puts batches that may go to any partition to others; those that none takes go back to where they came from.</summary>
    void Elsewhere(ProducerBuffer from, List<Batch> batches);

    /// <summary>The slots of a queue are known.</summary>
    void Map(QueueName queue, SlotMap map);
}
