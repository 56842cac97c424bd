namespace Forewave.Protocol.Frames;

/// <summary>What a client's frame asks for. The numbers are the fields of ClientFrame.</summary>
public enum ClientCommand
{
    /// <summary>Nothing that this version knows: to be answered with <see cref="ErrorCode.CapabilityMissing"/>.</summary>
    None = 0,

    /// <summary>The first frame.</summary>
    Hello = 2,

    /// <summary>Makes a producer known on the connection.</summary>
    OpenProducer = 3,

    /// <summary>Asks for a queue's handle.</summary>
    OpenQueue = 4,

    /// <summary>Stores messages.</summary>
    Publish = 5,

    /// <summary>Makes the connection a consumer of a group.</summary>
    Subscribe = 6,

    /// <summary>Pulls messages.</summary>
    Receive = 7,

    /// <summary>Adds standing credit.</summary>
    Credit = 8,

    /// <summary>Settles leases.</summary>
    Settle = 9,

    /// <summary>Ends a subscription.</summary>
    Unsubscribe = 10,

    /// <summary>Asks for a pong.</summary>
    Ping = 11,

    /// <summary>Answers a ping.</summary>
    Pong = 12,

    /// <summary>Looks at queues and groups, or changes them.</summary>
    Administration = 13,

    /// <summary>Asks where the partitions are served.</summary>
    GetRoutes = 14,

    /// <summary>Begins a transaction.</summary>
    BeginTransaction = 15,

    /// <summary>Adds messages to a transaction.</summary>
    Prepare = 16,

    /// <summary>Ends a transaction.</summary>
    Decide = 17,
}
