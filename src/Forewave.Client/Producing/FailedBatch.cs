using Forewave.Protocol;

namespace Forewave.Client.Producing;

/// <summary>A batch whose publishers are told that it failed on this side.</summary>
/// <param name="Producer">Its producer.</param>
/// <param name="Batch">The batch.</param>
/// <param name="Error">What they are told.</param>
/// <param name="IsLast">Nobody needs its bytes any more.</param>
internal sealed record FailedBatch(ProducerBuffer Producer, Batch Batch, ForewaveException Error, bool IsLast) : ICompletion
{
    public void Run()
    {
        Producer.Tell(Batch, new BatchOutcome { Error = Error });
        if (IsLast)
        {
            Batch.Recycle();
        }
    }
}
