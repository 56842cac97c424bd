namespace Forewave.Protocol.Frames;

/// <summary>One batch of a Publish: messages of one queue under consecutive sequences.</summary>
public readonly record struct PublishBatchView
{
    /// <summary>The queue's handle on the connection.</summary>
    public required uint QueueHandle { get; init; }

    /// <summary>The sequence of the first message.</summary>
    public required Sequence FirstSequence { get; init; }

    /// <summary>The sequence of the refused message that this replaces; <see cref="Sequence.None"/> where it replaces none.</summary>
    public required Sequence ReplacesSequence { get; init; }

    /// <summary>How many messages there are, at least 1.</summary>
    public required int MessageCount { get; init; }

    /// <summary>
    /// The messages as they stand in the frame, <c>7A length bytes</c> each: the bytes that the log keeps and that a delivery
    /// carries. <see cref="MessageRun"/> walks them.
    /// </summary>
    public required ByteRange Messages { get; init; }
}
