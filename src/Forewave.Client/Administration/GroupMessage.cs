using Forewave.Protocol;

namespace Forewave.Client.Administration;

/// <summary>What became of a message in one group, at one moment. Immutable.</summary>
public sealed record GroupMessage
{
    /// <summary>The group.</summary>
    public required GroupName Group { get; init; }

    /// <summary>What became of it.</summary>
    public required MessageState State { get; init; }

    /// <summary>Its newest delivery; null where there was none, or it is not known any more.</summary>
    public Attempt? Attempt { get; init; }

    /// <summary>Who has it; null: nobody.</summary>
    public string? Consumer { get; init; }

    /// <summary>Since when it is so; null where that is not known.</summary>
    public DateTimeOffset? Since { get; init; }

    /// <summary>When its lease ends, or it can be handed out again; null where neither is true.</summary>
    public DateTimeOffset? Until { get; init; }

    /// <summary>Its place among the group's dead letters; null: it is none.</summary>
    public long? DeadPlace { get; init; }

    /// <summary>Why its ordering key is set aside; null: it is not.</summary>
    public string? Reason { get; init; }

    /// <summary>Its failed attempts, oldest first. Those of a dead letter are shown with that.</summary>
    public required IReadOnlyList<FailedAttempt> History { get; init; }

    /// <summary>Nothing more comes of it unless somebody asks for it: it is settled, dead, filtered, expired or purged.</summary>
    public bool IsFinal =>
        State is MessageState.Settled or MessageState.Dead or MessageState.Filtered or MessageState.Expired or MessageState.Purged;
}
