using Forewave.Protocol;

namespace Forewave.Client.Administration;

/// <summary>Something that happened to a message. Immutable.</summary>
public sealed record TraceEvent
{
    /// <summary>When, by the broker's clock.</summary>
    public required DateTimeOffset Time { get; init; }

    /// <summary>What.</summary>
    public required TraceEventKind Kind { get; init; }

    /// <summary>In which group; null: in none, or in one that was deleted.</summary>
    public GroupName? Group { get; init; }

    /// <summary>Which delivery; null: none, or not known.</summary>
    public Attempt? Attempt { get; init; }

    /// <summary>The consumer; null: none, or not known.</summary>
    public string? Consumer { get; init; }

    /// <summary>Why; null where nobody said.</summary>
    public string? Reason { get; init; }

    /// <summary>When the lease ends, the next attempt is due, or a scheduled message is; null: nothing of it.</summary>
    public DateTimeOffset? Until { get; init; }
}
