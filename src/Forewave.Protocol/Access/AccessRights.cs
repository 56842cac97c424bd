namespace Forewave.Protocol.Access;

/// <summary>What a user may do with queues. The numbers are on disk.</summary>
[Flags]
public enum AccessRights
{
    /// <summary>Nothing.</summary>
    None = 0,

    /// <summary>Put messages into a queue, and wait for what becomes of them.</summary>
    Publish = 1,

    /// <summary>Take messages out of a queue and settle them; look at the queue.</summary>
    Consume = 2,

    /// <summary>Look at a queue and change it, its groups and what is in it.</summary>
    Manage = 4,

    /// <summary>Users, and whatever else concerns the broker as a whole; only granted on all queues.</summary>
    Operate = 8,

    /// <summary>Any right to look at a queue.</summary>
    Looking = Consume | Manage,

    /// <summary>Everything.</summary>
    All = Publish | Consume | Manage | Operate,
}
