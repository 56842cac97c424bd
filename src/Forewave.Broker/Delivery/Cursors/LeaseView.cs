namespace Forewave.Broker.Delivery.Cursors;

/// <summary>Consecutive messages that a consumer has by one lease.</summary>
/// <param name="First">Offset of the first.</param>
/// <param name="Count">How many.</param>
/// <param name="Attempt">The attempt.</param>
internal readonly record struct LeaseView(long First, int Count, uint Attempt)
{
    /// <summary>Who has them.</summary>
    public required GroupConsumer Consumer { get; init; }

    /// <summary>Unix time in milliseconds when they were handed out.</summary>
    public required long SinceTime { get; init; }

    /// <summary>Unix time in milliseconds when the lease ends; after a restart it runs its whole length again, later than this.</summary>
    public required long EndTime { get; init; }
}
