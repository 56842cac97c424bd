namespace Forewave.Client.Administration;

/// <summary>What became of a message in one group. The numbers are those of the wire.</summary>
public enum MessageState
{
    /// <summary>The broker did not say.</summary>
    Unknown = 0,

    /// <summary>It was not handed out yet.</summary>
    Unread = 1,

    /// <summary>A consumer has it.</summary>
    Leased = 2,

    /// <summary>It failed, or was given back, and will be handed out again.</summary>
    Waiting = 3,

    /// <summary>It waits for one before it in its ordering key.</summary>
    Held = 4,

    /// <summary>It failed for good and its ordering key is set aside with it, until it is resumed.</summary>
    Parked = 5,

    /// <summary>It is a dead letter.</summary>
    Dead = 6,

    /// <summary>It was a dead letter, is available again, and was not handed out since.</summary>
    Redriven = 7,

    /// <summary>The group is done with it: it was acked, or lies before the group's start.</summary>
    Settled = 8,

    /// <summary>The group's tag filter does not take it.</summary>
    Filtered = 9,

    /// <summary>It expired before the group was done with it.</summary>
    Expired = 10,

    /// <summary>It was a dead letter and was purged; that can be undone still. When it cannot any more, it counts as settled.</summary>
    Purged = 11,
}
