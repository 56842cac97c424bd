namespace Forewave.Broker.Delivery.Pacing;

/// <summary>
/// A bucket that fills on the monotonic clock and may be overdrawn: who takes waits until it is paid back. Not thread-safe.
/// </summary>
/// <param name="time">The clock.</param>
/// <param name="tokens">What is in it at first.</param>
internal sealed class TokenBucket(TimeProvider time, double tokens = 1)
{
    private double _tokens = tokens;
    private long _filledAt;

    /// <summary>Fills it up to now; returns what is in it, below 0 where it is overdrawn.</summary>
    public double Fill(TokenRate rate)
    {
        long now = time.GetTimestamp();
        if (_filledAt != 0)
            _tokens = Math.Min(rate.Burst, _tokens + time.GetElapsedTime(_filledAt, now).TotalSeconds * rate.PerSecond);
        _filledAt = now;
        return _tokens;
    }

    /// <summary>Takes tokens, also such as are not there.</summary>
    public void Take(double tokens) => _tokens -= tokens;
}
