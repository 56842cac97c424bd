namespace Forewave.Protocol.Frames;

/// <summary>What a message asks of the broker beyond being stored and delivered. The hello's answer lists the names.</summary>
[Flags]
public enum MessageCapabilities
{
    /// <summary>Nothing.</summary>
    None = 0,

    /// <summary>It has an ordering key: "ordering".</summary>
    Ordering = 1,

    /// <summary>It has a priority other than 4: "priorities".</summary>
    Priorities = 2,

    /// <summary>It is to be delivered later: "delays".</summary>
    Delays = 4,

    /// <summary>It expires: "expiry".</summary>
    Expiry = 8,

    /// <summary>It has a deduplication id: "deduplication".</summary>
    Deduplication = 16,
}
