namespace Forewave.Broker.Delivery.Outcomes;

/// <summary>What became of a message in one group. The numbers are those of the wire.</summary>
internal enum MessageState
{
    /// <summary>It was not handed out yet.</summary>
    Unread = 1,

    /// <summary>A consumer has it.</summary>
    Leased = 2,

    /// <summary>It failed, or was given back, and will be handed out again.</summary>
    Waiting = 3,

    /// <summary>It waits for one before it in its ordering key.</summary>
    Held = 4,

    /// <summary>It failed for good and its ordering key is set aside with it.</summary>
    Parked = 5,

    /// <summary>It is a dead letter.</summary>
    Dead = 6,

    /// <summary>It was a dead letter, is available again, and was not handed out since.</summary>
    Redriven = 7,

    /// <summary>The group is done with it.</summary>
    Settled = 8,

    /// <summary>The group's tag filter does not take it.</summary>
    Filtered = 9,

    /// <summary>It expired before the group was done with it.</summary>
    Expired = 10,

    /// <summary>It was a dead letter and was purged; that can be undone still.</summary>
    Purged = 11,
}
