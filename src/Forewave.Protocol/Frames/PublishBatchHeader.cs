namespace Forewave.Protocol.Frames;

/// <summary>What stands before the messages of a PublishBatch, to be written.</summary>
public readonly record struct PublishBatchHeader
{
    /// <summary>The queue's handle on the connection.</summary>
    public required uint QueueHandle { get; init; }

    /// <summary>The sequence of the first message.</summary>
    public required Sequence FirstSequence { get; init; }

    /// <summary>The sequence of the refused message that this replaces; none where it replaces none.</summary>
    public Sequence ReplacesSequence { get; init; }
}
