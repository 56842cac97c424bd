namespace Forewave.Client.Consuming;

/// <summary>What a consumer gets of its group's messages.</summary>
public enum ConsumerRole
{
    /// <summary>It is not in its group: not yet, not any more, or not while it reconnects. Or the broker does not tell.</summary>
    Unknown = 0,

    /// <summary>Its share.</summary>
    Shared = 1,

    /// <summary>
    /// Everything: it is the one active consumer of a single-active group. Its first message may have to wait until the one before has
    /// settled what it has, or its leases have ended.
    /// </summary>
    Active = 2,

    /// <summary>Nothing, until the active one goes.</summary>
    Passive = 3,
}
