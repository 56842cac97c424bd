using Forewave.Protocol;

namespace Forewave.Client.Producing;

/// <summary>
/// A batch whose publishers are told that it failed on this side. Its buffers are left to the garbage collector: a send of
/// them may be under way still, and must not carry what another batch would write into them.
/// </summary>
/// <param name="Producer">Its producer.</param>
/// <param name="Batch">The batch.</param>
/// <param name="Error">What they are told.</param>
internal sealed record FailedBatch(ProducerBuffer Producer, Batch Batch, ForewaveException Error) : ICompletion
{
    public void Run() => Producer.Tell(Batch, new BatchOutcome { Error = Error });
}
