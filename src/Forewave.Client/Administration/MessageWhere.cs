namespace Forewave.Client.Administration;

/// <summary>Where a message is. The numbers are those of the wire.</summary>
public enum MessageWhere
{
    /// <summary>The broker did not say.</summary>
    Unknown = 0,

    /// <summary>In its queue: each group of the queue has it in a state of its own.</summary>
    Queued = 1,

    /// <summary>It waits for its time.</summary>
    Scheduled = 2,

    /// <summary>It was withdrawn before its time.</summary>
    Cancelled = 3,
}
