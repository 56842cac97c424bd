namespace Forewave.Broker.Ingest;

/// <summary>An ordering key in one queue.</summary>
/// <param name="Queue">The queue's number.</param>
/// <param name="Key">The key.</param>
internal readonly record struct RefusedKey(uint Queue, OrderingKeyHash Key)
{
    /// <summary>Stands for the keys of the queue that there was no memory for.</summary>
    public RefusedKey OthersOfQueue => new(Queue, default);
}
