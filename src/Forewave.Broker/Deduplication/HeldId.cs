using Forewave.Protocol;

namespace Forewave.Broker.Deduplication;

/// <summary>A deduplication id of a message that was prepared and is not decided.</summary>
internal readonly record struct HeldId
{
    /// <summary>Which id of which queue.</summary>
    public required IdHash Hash { get; init; }

    /// <summary>Position of the message that has it.</summary>
    public required LogPosition Position { get; init; }

    /// <summary>Number of the queue.</summary>
    public required uint Queue { get; init; }

    /// <summary>The message's transaction.</summary>
    public required LogPosition Transaction { get; init; }
}
