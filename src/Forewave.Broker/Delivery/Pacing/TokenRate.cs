namespace Forewave.Broker.Delivery.Pacing;

/// <summary>How a <see cref="TokenBucket"/> fills.</summary>
/// <param name="PerSecond">Tokens a second.</param>
internal readonly record struct TokenRate(double PerSecond)
{
    /// <summary>What the bucket holds at most.</summary>
    public required double Burst { get; init; }
}
