using Forewave.Protocol;

namespace Forewave.Client.Producing;

/// <summary>
/// Tries again what the error table advises to, after the broker's retry-after or 50 ms doubled up to 2 s, with jitter, until
/// the delivery deadline.
/// </summary>
public sealed class DefaultPublishRetryPolicy : IPublishRetryPolicy
{
    private static readonly TimeSpan First = TimeSpan.FromMilliseconds(50);
    private static readonly TimeSpan Longest = TimeSpan.FromSeconds(2);

    /// <summary>The one instance that is needed.</summary>
    public static DefaultPublishRetryPolicy Instance { get; } = new();

    /// <inheritdoc/>
    public TimeSpan? DelayBeforeNext(ForewaveException error, int attempt)
    {
        ArgumentNullException.ThrowIfNull(error);
        if (error.Retry == RetryAdvice.Never || error.Stored != StoredOutcome.No)
        {
            return null;
        }

        double doubled = First.TotalMilliseconds * (1 << Math.Min(attempt - 1, 10));
        double milliseconds = Math.Min(error.RetryAfter?.TotalMilliseconds ?? doubled, Longest.TotalMilliseconds);
        return TimeSpan.FromMilliseconds(milliseconds * (0.75 + (Random.Shared.NextDouble() / 2)));
    }
}
