namespace Forewave.Protocol;

/// <summary>What is said about a leased message. The numbers are those of the wire.</summary>
public enum SettleVerb
{
    /// <summary>Not told; refused.</summary>
    Unspecified = 0,

    /// <summary>Done.</summary>
    Ack = 1,

    /// <summary>Again, after the group's back-off or a given delay.</summary>
    Nack = 2,

    /// <summary>Again at once, in place, the attempt not counted: for what was prefetched and never started.</summary>
    Release = 3,

    /// <summary>Keep longer: the lease is given a new length from now.</summary>
    Extend = 4,

    /// <summary>To the dead letters.</summary>
    Reject = 5,

    /// <summary>Ack all that is leased to this consumer up to an offset; for the only consumer of a group.</summary>
    AckUpTo = 6,
}
