namespace Forewave.Broker.Delivery.DeadLetters;

/// <summary>Which step of an operation a record tells. The numbers are on disk.</summary>
internal enum DeadStep : byte
{
    /// <summary>It goes on from now on until it ends.</summary>
    Begun = 1,

    /// <summary>It did something to some dead letters.</summary>
    Page = 2,

    /// <summary>It ended; the record tells all of it.</summary>
    Ended = 3,
}
