namespace Forewave.Broker.Messages;

/// <summary>Where a message is. The numbers are those of the wire.</summary>
internal enum MessageWhere
{
    /// <summary>In its queue.</summary>
    Queued = 1,

    /// <summary>It waits for its time.</summary>
    Scheduled = 2,

    /// <summary>It was withdrawn before its time.</summary>
    Cancelled = 3,
}
