namespace Forewave.Broker.Search;

/// <summary>
/// What a search goes through, in this order: a message that comes out of the scheduler meanwhile is found twice, never missed. The
/// numbers are in tokens.
/// </summary>
internal enum SearchPhase : byte
{
    /// <summary>What is scheduled.</summary>
    Scheduled = 1,

    /// <summary>What is in the queue.</summary>
    Queued = 2,

    /// <summary>It came to its end.</summary>
    Done = 3,
}
