namespace Forewave.Broker.Messages;

/// <summary>What happened to a message. The numbers are those of the wire.</summary>
internal enum TraceEventKind
{
    /// <summary>It was stored.</summary>
    Stored = 1,

    /// <summary>Its time had come and it went into its queue.</summary>
    Released = 2,

    /// <summary>It was withdrawn before its time.</summary>
    Cancelled = 3,

    /// <summary>A consumer got it.</summary>
    Delivered = 4,

    /// <summary>The consumer was done with it.</summary>
    Acked = 5,

    /// <summary>The attempt failed: the consumer said so, or its lease expired.</summary>
    Failed = 6,

    /// <summary>The consumer gave it back unused.</summary>
    GivenBack = 7,

    /// <summary>The lease lasts longer.</summary>
    Extended = 8,

    /// <summary>It became a dead letter.</summary>
    Dead = 9,

    /// <summary>Its ordering key was set aside with it.</summary>
    Parked = 10,

    /// <summary>Its ordering key goes on.</summary>
    Resumed = 11,

    /// <summary>It expired before the group was done with it.</summary>
    Expired = 12,
}
