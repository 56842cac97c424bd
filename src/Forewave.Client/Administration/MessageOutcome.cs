namespace Forewave.Client.Administration;

/// <summary>What became of a message in a group, by the end of a wait. Immutable.</summary>
public sealed record MessageOutcome
{
    /// <summary>In its queue, still to come, or withdrawn.</summary>
    public required MessageWhere Where { get; init; }

    /// <summary>When it is due, or was, of one that is scheduled or cancelled; else null.</summary>
    public DateTimeOffset? DeliverAt { get; init; }

    /// <summary>What became of it in the group; null: there is no such group yet, or the message is not in its queue.</summary>
    public GroupMessage? Group { get; init; }

    /// <summary>It is what was waited for; false: the time was over before.</summary>
    public required bool IsReached { get; init; }

    /// <summary>The group acked it.</summary>
    public bool IsSettled => Group?.State == MessageState.Settled;
}
