namespace Forewave.Client.Administration;

/// <summary>What has become of a message that an operation on dead letters touched.</summary>
public enum DeadResultState
{
    /// <summary>Not known: the operation touched so many at once that only their places are told.</summary>
    Unknown = 0,

    /// <summary>Available to its group again, and handed out to nobody yet: it can be taken back.</summary>
    Available = 1,

    /// <summary>It was handed out, or waits behind another of its ordering key, and is not settled.</summary>
    Unsettled = 2,

    /// <summary>Its group is done with it.</summary>
    Settled = 3,

    /// <summary>It is a dead letter, again or still.</summary>
    Dead = 4,

    /// <summary>It was purged, and can be brought back.</summary>
    Purged = 5,

    /// <summary>It was purged, and is gone.</summary>
    Gone = 6,
}
