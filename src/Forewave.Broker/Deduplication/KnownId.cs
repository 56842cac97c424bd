using Forewave.Protocol;

namespace Forewave.Broker.Deduplication;

/// <summary>A deduplication id that was published: where, and when.</summary>
internal readonly record struct KnownId
{
    /// <summary>Which id of which queue.</summary>
    public required IdHash Hash { get; init; }

    /// <summary>Position of the message that has it.</summary>
    public required LogPosition Position { get; init; }

    /// <summary>Number of the queue.</summary>
    public required uint Queue { get; init; }

    /// <summary>When it was published.</summary>
    public required IdTime Time { get; init; }
}
