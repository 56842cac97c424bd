namespace Forewave.Broker.Delivery.Cursors;

/// <summary>When a message that failed gets no other attempt.</summary>
internal readonly record struct FailureTerms
{
    /// <summary>After so many attempts.</summary>
    public required int MaxAttempts { get; init; }

    /// <summary>One with an ordering key gets a single attempt.</summary>
    public required bool SkipsKeyed { get; init; }
}
