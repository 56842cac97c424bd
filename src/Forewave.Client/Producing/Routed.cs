namespace Forewave.Client.Producing;

/// <summary>What is known of a message's partition when it comes to one.</summary>
internal enum Routed
{
    /// <summary>Nothing: there may be several.</summary>
    No,

    /// <summary>It is this one.</summary>
    Yes,

    /// <summary>It has a key, and the slots of its queue are not known: it waits here until they are.</summary>
    Unmapped,
}
