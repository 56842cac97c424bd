namespace Forewave.Broker.Delivery.Groups;

/// <summary>
/// How long a message waits after a nack without a delay: doubled with each attempt from the first to the greatest delay, or a
/// list of which the last is repeated; with jitter of up to a fifth either way. Immutable.
/// </summary>
internal sealed record RetryPolicy
{
    private const int MaxDoublings = 40;

    /// <summary>1 s doubled up to 10 minutes.</summary>
    public static RetryPolicy Default { get; } = new();

    /// <summary>After the first attempt. Default: 1 s.</summary>
    public TimeSpan FirstDelay { get; init; } = TimeSpan.FromSeconds(1);

    /// <summary>At most. Default: 10 minutes.</summary>
    public TimeSpan MaxDelay { get; init; } = TimeSpan.FromMinutes(10);

    /// <summary>Where not empty, these instead: one for each attempt, the last repeated.</summary>
    public IReadOnlyList<TimeSpan> Delays { get; init; } = [];

    /// <summary>The delay after an attempt.</summary>
    /// <param name="attempt">The attempt that failed, from 1.</param>
    /// <param name="jitter">0 to 1: where in the band of a fifth either way.</param>
    public TimeSpan After(uint attempt, double jitter)
    {
        TimeSpan delay = Delays.Count > 0
            ? Delays[(int)Math.Min(attempt, (uint)Delays.Count) - 1]
            : Doubled(attempt);
        return delay * (0.8 + 0.4 * jitter);
    }

    private TimeSpan Doubled(uint attempt)
    {
        double factor = Math.Pow(2, Math.Min(attempt - 1, MaxDoublings));
        double milliseconds = Math.Min(FirstDelay.TotalMilliseconds * factor, MaxDelay.TotalMilliseconds);
        return TimeSpan.FromMilliseconds(milliseconds);
    }

    /// <inheritdoc/>
    public bool Equals(RetryPolicy? other) =>
        other is not null && FirstDelay == other.FirstDelay && MaxDelay == other.MaxDelay && Delays.SequenceEqual(other.Delays);

    /// <inheritdoc/>
    public override int GetHashCode() => HashCode.Combine(FirstDelay, MaxDelay, Delays.Count);
}
