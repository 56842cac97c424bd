namespace Forewave.Outbox;

/// <summary>Where a row of the outbox is, as its column <c>state</c> has it.</summary>
internal enum OutboxRowState
{
    /// <summary>Nobody has claimed it, or it was refused for now: it waits for its turn.</summary>
    Unsent = 0,

    /// <summary>It has a partition and a sequence; it may be published or not.</summary>
    Claimed = 1,

    /// <summary>The broker has answered that it is stored.</summary>
    Sent = 2,

    /// <summary>It cannot be sent, or nobody can tell whether it was: a person decides.</summary>
    SetAside = 3,

    /// <summary>Its queue cannot be opened: it waits for that.</summary>
    Parked = 4,
}
