using Forewave.Protocol;

namespace Forewave.Client.Producing.Sequenced;

/// <summary>Messages of one queue under consecutive sequences that their owner has given them. Immutable.</summary>
internal sealed record SequencedBatch
{
    /// <summary>The queue.</summary>
    public required QueueName Queue { get; init; }

    /// <summary>The sequence of the first message.</summary>
    public required Sequence First { get; init; }

    /// <summary>Where the messages were refused before, under which sequence the first one was. Default: none.</summary>
    public Sequence Replaces { get; init; }

    /// <summary>Encoded messages: one at least. Not changed until the batch has its outcome.</summary>
    public required IReadOnlyList<ReadOnlyMemory<byte>> Messages { get; init; }
}
