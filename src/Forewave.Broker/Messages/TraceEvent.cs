using Forewave.Storage;

namespace Forewave.Broker.Messages;

/// <summary>Something that happened to a message.</summary>
internal sealed record TraceEvent
{
    /// <summary>When.</summary>
    public required Timestamp Time { get; init; }

    /// <summary>What.</summary>
    public required TraceEventKind Kind { get; init; }

    /// <summary>Name of the group; empty: of none, or of one that was deleted.</summary>
    public string Group { get; init; } = "";

    /// <summary>Which delivery; 0: none, or not known.</summary>
    public uint Attempt { get; init; }

    /// <summary>Name of the consumer; empty: none, or not known.</summary>
    public string Consumer { get; init; } = "";

    /// <summary>Why; empty where nobody said.</summary>
    public string Reason { get; init; } = "";

    /// <summary>When the lease ends, or the next attempt is due; null: neither.</summary>
    public Timestamp? Until { get; init; }
}
