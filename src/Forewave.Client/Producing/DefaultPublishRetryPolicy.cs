using Forewave.Protocol;

namespace Forewave.Client.Producing;

/// <summary>
/// Tries again what the error table advises to, no sooner than the broker says (and a quarter later at most), else after 50 ms doubled up to
/// 2 s with jitter, until the delivery deadline.
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

        if (error.RetryAfter is { } told)
        {
            return told * (1 + (Random.Shared.NextDouble() / 4));
        }

        double milliseconds = Math.Min(First.TotalMilliseconds * (1 << Math.Min(attempt - 1, 10)), Longest.TotalMilliseconds);
        return TimeSpan.FromMilliseconds(milliseconds * (0.75 + (Random.Shared.NextDouble() / 2)));
    }
}
